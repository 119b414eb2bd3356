#include <iostream>
#include <memory>

#include "words.hpp"

int main(int argc, char **argv)
{
    const std::string option = argc > 1 ? argv[1] : "";
    if (option == "--version") {
        std::cout << words::about() << '\n';
        return 0;
    }
    std::unique_ptr<words::Counter> counter;
    if (option == "--fold")
        counter = std::make_unique<words::FoldingCounter>();
    else
        counter = std::make_unique<words::Counter>();
    try {
        for (std::string line; std::getline(std::cin, line);)
            for (const auto &word : words::split(line))
                if (!words::is_stop_word(word))
                    counter->add(word);
    } catch (const words::Error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    for (const auto &[word, count] : counter->most(20))
        std::cout << count << '\t' << word << '\n';
}
