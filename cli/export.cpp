#include "cli/export.hpp"

#include <filesystem>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "cli/output_file.hpp"
#include "cli/setup.hpp"
#include "cli/version.hpp"
#include "ir/export/promela.hpp"
#include "ir/export/tla.hpp"
#include "kubernetes/text.hpp"
#include "scenarios/export.hpp"
#include "scenarios/run.hpp"

namespace kcheck::cli {

namespace {

std::vector<std::string> safety_properties() {
    std::vector<std::string> names;
    for (const auto& property : invariants::properties())
        if (property.kind == invariants::Kind::safety) names.emplace_back(property.name);
    return names;
}

std::string title(const Workload& workload) {
    const auto words = describe(workload.configuration, workload.wanted);
    auto text = fmt::format("kcheck {}: the plain pipeline, all steps of all components, of\n{}\n{}\n{}\n",
                            version, words.operations, words.nodes, words.bounds);
    if (!words.broken.empty()) text += fmt::format("variants: {}\n", words.broken);
    return text;
}

/// What somebody has made of an export by hand is worth more than an export.
tl::expected<OutputFile, UsageError> new_file(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored))
        return refuse(
            fmt::format("cannot write {}: it exists (name a file that does not)", kubernetes::quote(path)));
    return OutputFile::open(path);
}

}  // namespace

tl::expected<std::string, UsageError> export_model(const Options& options) {
    if (options.promela == options.tla)
        return refuse("export writes one form: kcheck export --promela, or kcheck export --tla");
    auto names = options.properties.empty() ? safety_properties() : options.properties;
    for (const auto& name : names)
        if (invariants::find_property(name)->kind != invariants::Kind::safety)
            return refuse(
                fmt::format("--property: {} is about infinite runs, and an export has invariants only "
                            "(kcheck --property {})",
                            name, name));
    std::optional<OutputFile> file;
    if (options.output_file) {
        auto opened = new_file(*options.output_file);
        if (!opened) return tl::unexpected(opened.error());
        file.emplace(std::move(*opened));
    }
    const auto setup = set_up(options);
    if (!setup) return tl::unexpected(setup.error());
    const auto only = only_workload(*setup, "a model");
    if (!only) return tl::unexpected(only.error());
    const auto& workload = **only;
    std::string text;
    try {
        const auto unreduced = model::Reductions{}.projection_alone();
        const auto system =
            scenarios::plain_system(model::Pipeline(workload.configuration, unreduced), names);
        text = options.promela ? ir::to_promela(system, title(workload))
                               : ir::to_tla(system, "Pipeline", title(workload));
    } catch (const std::length_error&) {
        return refuse(std::string(scenarios::too_large));
    }
    if (!file) return text;
    if (const auto written = file->commit(text); !written) return tl::unexpected(written.error());
    return std::string();
}

}  // namespace kcheck::cli
