// Manifests out of text and of the repository's files, for the tests of manifests/.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "manifests/read.hpp"

namespace kcheck::manifests::test {

inline const std::filesystem::path source_dir = KCHECK_SOURCE_DIR;

inline std::string contents(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// As from standard input.
inline tl::expected<Manifests, Error> read_text(const std::string& text) {
    std::istringstream input(text);
    return read({"-"}, input);
}

inline tl::expected<Manifests, Error> read_files(const std::vector<std::string>& paths) {
    std::istringstream input;
    return read(paths, input);
}

/// The line that a user gets to see, or "" when the text is accepted.
inline std::string refusal(const std::string& text) {
    const auto manifests = read_text(text);
    return manifests ? "" : to_string(manifests.error());
}

/// "paused 6:3 spec.paused" of each.
inline std::vector<std::string> rendered(const std::vector<LeftOut>& found) {
    std::vector<std::string> out;
    for (const LeftOut& one : found)
        out.push_back(std::string(one.info->name) + " " + std::to_string(one.place.line) + ":" +
                      std::to_string(one.place.column) + " " + one.what);
    return out;
}

/// A Deployment `web`, with lines added to spec and to the pod's spec (indented as there:
/// 2 and 6 spaces), and to its only container (8 spaces).
inline std::string deployment_text(const std::string& spec = "", const std::string& pod = "",
                                   const std::string& container = "") {
    return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n" + spec +
           "  selector:\n    matchLabels: {app: web}\n"
           "  template:\n    metadata:\n      labels: {app: web}\n    spec:\n" +
           pod + "      containers:\n      - name: server\n        image: example.com/web:1\n" + container;
}

}  // namespace kcheck::manifests::test
