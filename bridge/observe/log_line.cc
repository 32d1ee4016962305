#include "bridge/observe/log_line.h"

#include <string>

#include <spdlog/details/log_msg.h>
#include <boost/nowide/utf/convert.hpp>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/json_text.h"
#include "bridge/model/timestamp.h"

namespace spanwire::observe {
namespace {

thread_local absl::Span<const LogField> fields_of_this_thread;

std::string_view ToStd(spdlog::string_view_t text) {
  return {text.data(), text.size()};
}

// Writing UTF-8 as UTF-8 puts U+FFFD in place of what is none.
std::string ReplaceBadUtf8(std::string_view text) {
  return boost::nowide::utf::convert_string<char>(text.data(), text.data() + text.size());
}

bool NeedsQuotes(std::string_view value) {
  for (const unsigned char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == 0x7F) return true;
  }
  return false;
}

// Escapes control bytes and nothing else: people read this.
void AppendPrintable(std::string_view text, std::string* out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F)
      out->push_back(c);
    else
      out->append(absl::CHexEscape(absl::string_view(&c, 1)));
  }
}

void AppendText(std::string_view level, std::string_view sentence, std::string* out) {
  out->append(" ").append(level).append(" ");
  AppendPrintable(sentence, out);
  for (const LogField& field : fields_of_this_thread) {
    if (field.value.empty()) continue;
    out->append(" ").append(field.name).append("=");
    if (NeedsQuotes(field.value))
      out->append("\"").append(absl::CHexEscape(model::ToAbsl(field.value))).append("\"");
    else
      out->append(field.value);
  }
}

void AppendMember(std::string_view name, std::string_view value, std::string* out) {
  out->append(",");
  model::AppendJsonString(name, out);
  out->append(":");
  model::AppendJsonString(ReplaceBadUtf8(value), out);
}

void AppendJson(std::string_view level, std::string_view sentence, std::string* out) {
  out->append("\"");
  AppendMember("level", level, out);
  AppendMember("message", sentence, out);
  for (const LogField& field : fields_of_this_thread) {
    if (!field.value.empty()) AppendMember(field.name, field.value, out);
  }
  out->append("}");
}

}  // namespace

void LineFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
  std::string line = format_ == LogFormat::kJson ? "{\"time\":\"" : "";
  model::AppendTimestamp(absl::FromChrono(message.time), &line);
  const std::string_view level = ToStd(spdlog::level::to_string_view(message.level));
  if (format_ == LogFormat::kJson)
    AppendJson(level, ToStd(message.payload), &line);
  else
    AppendText(level, ToStd(message.payload), &line);
  line.append("\n");
  out.append(line.data(), line.data() + line.size());
}

FieldsOfThisThread::FieldsOfThisThread(absl::Span<const LogField> fields) {
  fields_of_this_thread = fields;
}

FieldsOfThisThread::~FieldsOfThisThread() {
  fields_of_this_thread = {};
}

}  // namespace spanwire::observe
