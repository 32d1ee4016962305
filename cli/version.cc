#include "cli/version.h"

namespace spanwire::cli {

const char kVersion[] = SPANWIRE_VERSION;

}  // namespace spanwire::cli
