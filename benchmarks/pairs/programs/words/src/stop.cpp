#include <array>
#include <string_view>

#include "words.hpp"

namespace words {

namespace {

constexpr std::array<std::string_view, 12> stop_words = {"a",  "an", "and", "of",   "or", "the",
                                                         "to", "in", "is",  "that", "it", "for"};

struct Announcer {
    Announcer() { uses = stop_words.size(); }
    std::size_t uses;
} announcer;

}  // namespace

bool is_stop_word(const std::string &word)
{
    if (announcer.uses == 0)
        throw Error(__FILE__, __LINE__, "no stop words");
    for (auto stop : stop_words)
        if (stop == word)
            return true;
    return false;
}

}  // namespace words
