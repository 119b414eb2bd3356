#include <algorithm>
#include <cctype>

#include "words.hpp"

namespace words {

void Counter::add(const std::string &word)
{
    if (word.empty())
        throw Error(__FILE__, __LINE__, "an empty word cannot be counted");
    ++counts_[word];
}

std::vector<std::pair<std::string, std::size_t>> Counter::most(std::size_t limit) const
{
    std::vector<std::pair<std::string, std::size_t>> all(counts_.begin(), counts_.end());
    std::sort(all.begin(), all.end(), [](const auto &left, const auto &right) {
        return left.second != right.second ? left.second > right.second : left.first < right.first;
    });
    if (all.size() > limit)
        all.resize(limit);
    return all;
}

void FoldingCounter::add(const std::string &word)
{
    std::string folded(word);
    std::transform(folded.begin(), folded.end(), folded.begin(), [](unsigned char c) { return std::tolower(c); });
    Counter::add(folded);
}

}  // namespace words
