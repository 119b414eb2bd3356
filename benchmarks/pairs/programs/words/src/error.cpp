#include "words.hpp"

namespace words {

Error::Error(const char *file, int line, const std::string &what)
    : std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + what)
{
}

}  // namespace words
