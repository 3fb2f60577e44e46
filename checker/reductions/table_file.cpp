#define XXH_INLINE_ALL
#include "checker/reductions/table_file.hpp"

#include <xxhash.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace kcheck::checker::reductions {
namespace {

constexpr std::string_view mark = "kcheck-independence ";
constexpr const char* version = "2";

std::string hash_line(const std::string& text) {
    return "hash " + std::to_string(XXH3_64bits(text.data(), text.size())) + "\n";
}

std::string head(const Independence& independence) {
    return std::string(mark) + version + "\ndigest " + independence.digest() + "\n";
}

Condition read_condition(std::istream& line) {
    Condition condition;
    ir::VariableId variable = 0;
    ValueSet set;
    while (line >> variable >> set.low >> set.high >> set.mask) condition.emplace_back(variable, set);
    return condition;
}

State read_state(std::istream& line) {
    State state;
    for (std::int32_t value = 0; line >> value;) state.push_back(value);
    return state;
}

/// Requires that the hash is right, so that every line is as table_text wrote it.
std::vector<std::pair<Question, Knowledge>> read_entries(std::istream& lines) {
    std::vector<std::pair<Question, Knowledge>> learnt;
    for (std::string text; std::getline(lines, text);) {
        std::istringstream line(text);
        std::string kind;
        line >> kind;
        if (kind == "question") {
            int claim = 0;
            Question question;
            line >> claim >> question.first >> question.second >> question.third;
            question.claim = static_cast<Claim>(claim);
            learnt.emplace_back(question, Knowledge{});
        } else if (kind == "proved") {
            learnt.back().second.proved.push_back(read_condition(line));
        } else if (kind == "refuted") {
            learnt.back().second.refuted.push_back(read_state(line));
        }
    }
    return learnt;
}

}  // namespace

std::string table_text(const Independence& independence) {
    std::ostringstream out;
    out << head(independence);
    for (const auto& [question, knowledge] : independence.learnt()) {
        out << "question " << static_cast<int>(question.claim) << ' ' << question.first << ' '
            << question.second << ' ' << question.third << '\n';
        for (const Condition& condition : knowledge.proved) {
            out << "proved";
            for (const auto& [variable, set] : condition) {
                out << ' ' << variable << ' ' << set.low << ' ' << set.high << ' ' << set.mask;
            }
            out << '\n';
        }
        for (const State& state : knowledge.refuted) {
            out << "refuted";
            for (const std::int32_t value : state) out << ' ' << value;
            out << '\n';
        }
    }
    return out.str() + hash_line(out.str());
}

std::string read_table(const std::string& text, Independence& independence) {
    const std::size_t last = text.rfind("hash ");
    if (last == std::string::npos || text.substr(last) != hash_line(text.substr(0, last))) {
        return "it is damaged or not complete";
    }
    const std::string expected = head(independence);
    if (text.compare(0, expected.size(), expected) != 0)
        return "it is about another system, or of another version";
    std::istringstream lines(text.substr(expected.size(), last - expected.size()));
    independence.remember(read_entries(lines));
    return {};
}

bool is_table(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string begin(mark.size(), ' ');
    return file.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == mark;
}

void save_table(const std::string& path, const Independence& independence) {
    const std::string temporary = path + ".new";
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << table_text(independence);
    file.close();
    if (!file) throw std::runtime_error(temporary + ": cannot be written");
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error) throw std::runtime_error(path + ": " + error.message());
}

std::string load_table(const std::string& path, Independence& independence) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return "there is no such file";
    std::ostringstream text;
    text << file.rdbuf();
    return read_table(text.str(), independence);
}

}  // namespace kcheck::checker::reductions
