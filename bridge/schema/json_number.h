#pragma once

#include <cstdint>
#include <string>

namespace spanwire::schema {

// Append numbers as proto3 JSON prints them.

void AppendJsonInt(int64_t value, std::string* out);
void AppendJsonUint(uint64_t value, std::string* out);

// The fewest digits that read back as the same double. NaN and the infinities become the strings "NaN", "Infinity" and
// "-Infinity".
void AppendJsonDouble(double value, std::string* out);

// Six digits where they read back as the same normal float, else nine: the text the protobuf library prints, so that a
// browser, which reads it as a double, gets the same number from either.
void AppendJsonFloat(float value, std::string* out);

}  // namespace spanwire::schema
