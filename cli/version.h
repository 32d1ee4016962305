#pragma once

namespace spanwire::cli {

// The project's version, such as "0.1.0".
extern const char kVersion[];

}  // namespace spanwire::cli
