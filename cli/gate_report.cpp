#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/gate.hpp"
#include "cli/version.hpp"

namespace kcheck::cli {

namespace {

using Json = nlohmann::ordered_json;
using scenarios::GateCase;
using Status = GateCase::Status;

const char* name_of(Status status) {
    switch (status) {
        case Status::passed: return "passed";
        case Status::failed: return "failed";
        case Status::incomplete: return "incomplete";
        case Status::skipped: return "skipped";
    }
    return "";
}

/// XML 1.0 has no way to write most control characters.
std::string xml(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else if (c == '"')
            escaped += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n')
            escaped += c;
    }
    return escaped;
}

}  // namespace

std::string junit(const std::vector<scenarios::GateCase>& cases) {
    const auto count = [&](Status status) {
        return std::count_if(cases.begin(), cases.end(),
                             [&](const GateCase& one) { return one.status == status; });
    };
    double seconds = 0;
    std::string body;
    for (const auto& one : cases) {
        seconds += one.seconds;
        body += fmt::format("  <testcase classname=\"kcheck.{}\" name=\"{}\" time=\"{:.3f}\"", xml(one.suite),
                            xml(one.name), one.seconds);
        const auto inner = [&](const char* element) {
            return fmt::format(">\n    <{} message=\"{}\">{}</{}>\n  </testcase>\n", element,
                               xml(one.summary), xml(one.details), element);
        };
        switch (one.status) {
            case Status::passed: body += "/>\n"; break;
            case Status::failed: body += inner("failure"); break;
            case Status::incomplete: body += inner("error"); break;
            case Status::skipped:
                body += fmt::format(">\n    <skipped message=\"{}\"/>\n  </testcase>\n", xml(one.summary));
                break;
        }
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"kcheck gate\" tests=\"{}\" "
        "failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n{}</testsuite>\n",
        cases.size(), count(Status::failed), count(Status::incomplete), count(Status::skipped), seconds,
        body);
}

std::string sarif(const std::vector<GateCase>& cases) {
    static const std::vector<std::pair<std::string, std::string>> suites = {
        {"verify", "A property that is promised is violated"},
        {"cover", "The implementation does not take a transition of the model"},
        {"walk", "The implementation does not take a run of the model"},
        {"variant", "A known bug is not told from its absence"},
        {"conform", "The model does not admit what was recorded"},
    };
    Json rules = Json::array(), results = Json::array();
    for (const auto& [id, text] : suites)
        rules.push_back({{"id", "kcheck/" + id}, {"shortDescription", {{"text", text}}}});
    for (const auto& one : cases) {
        if (one.status == Status::passed || one.status == Status::skipped) continue;
        results.push_back(
            {{"ruleId", "kcheck/" + one.suite},
             {"level", one.status == Status::failed ? "error" : "warning"},
             {"message", {{"text", fmt::format("{}: {}\n{}", one.name, one.summary, one.details)}}},
             {"locations",
              {{{"logicalLocations",
                 {{{"name", one.name},
                   {"fullyQualifiedName", one.suite + "/" + one.name},
                   {"kind", "module"}}}}}}}});
    }
    const Json document{
        {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
        {"version", "2.1.0"},
        {"runs",
         {{{"tool", {{"driver", {{"name", "kcheck"}, {"version", std::string(version)}, {"rules", rules}}}}},
           {"results", results}}}}};
    return document.dump(1) + '\n';
}

std::string json(const std::vector<GateCase>& cases) {
    Json all = Json::array();
    for (const auto& one : cases)
        all.push_back({{"suite", one.suite},
                       {"name", one.name},
                       {"status", name_of(one.status)},
                       {"summary", one.summary},
                       {"details", one.details}});
    return Json{{"cases", all}}.dump(1) + '\n';
}

}  // namespace kcheck::cli
