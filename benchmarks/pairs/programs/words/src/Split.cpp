#include <cctype>

#include "words.hpp"

namespace words {

std::vector<std::string> split(const std::string &line)
{
    std::vector<std::string> found;
    std::string word;
    for (unsigned char c : line) {
        if (std::isalpha(c) || c == '\'') {
            word += static_cast<char>(c);
        } else if (!word.empty()) {
            found.push_back(word);
            word.clear();
        }
    }
    if (!word.empty())
        found.push_back(word);
    return found;
}

}  // namespace words
