#include "bridge/observe/log_line.h"

#include <string>

#include <spdlog/details/log_msg.h>

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

// Length of the UTF-8 sequence that `text` starts with; 0 where it starts with none (RFC 3629).
size_t Utf8SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [byte](size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1, 2) ? 2 : 0;
  if ((first & 0xF0U) == 0xE0U) {
    const bool overlong_or_surrogate = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F);
    return continues(1, 3) && !overlong_or_surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool out_of_range = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return continues(1, 4) && !out_of_range ? 4 : 0;
  }
  return 0;
}

std::string ReplaceBadUtf8(std::string_view text) {
  std::string good;
  good.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 0)
      good.append("\xEF\xBF\xBD");
    else
      good.append(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return good;
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
