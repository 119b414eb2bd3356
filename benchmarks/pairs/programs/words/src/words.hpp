#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace words {

class Error : public std::runtime_error {
public:
    Error(const char *file, int line, const std::string &what);
};

class Counter {
public:
    virtual ~Counter() = default;
    virtual void add(const std::string &word);
    std::vector<std::pair<std::string, std::size_t>> most(std::size_t limit) const;

protected:
    std::map<std::string, std::size_t> counts_;
};

class FoldingCounter final : public Counter {
public:
    void add(const std::string &word) override;
};

std::vector<std::string> split(const std::string &line);
bool is_stop_word(const std::string &word);
std::string about();

}  // namespace words
