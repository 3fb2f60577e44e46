#include "manifests/types.hpp"

#include <algorithm>
#include <limits>

namespace kcheck::manifests {

int IntOrPercent::scaled(int total, bool round_up) const {
    if (!percent) return value;
    const std::int64_t hundredths = std::int64_t{value} * total;
    const std::int64_t whole = round_up ? (hundredths + 99) / 100 : hundredths / 100;
    return static_cast<int>(std::min<std::int64_t>(whole, std::numeric_limits<int>::max()));
}

bool LabelRequirement::matches(const Labels& labels) const {
    const auto label = labels.find(key);
    const bool present = label != labels.end();
    if (op == "Exists") return present;
    if (op == "DoesNotExist") return !present;
    const bool listed = present && std::find(values.begin(), values.end(), label->second) != values.end();
    return op == "In" ? listed : !listed;  // NotIn holds of an absent label
}

bool LabelSelector::matches(const Labels& labels) const {
    const bool equal = std::all_of(match_labels.begin(), match_labels.end(), [&](const auto& want) {
        const auto label = labels.find(want.first);
        return label != labels.end() && label->second == want.second;
    });
    return equal && std::all_of(match_expressions.begin(), match_expressions.end(),
                                [&](const LabelRequirement& r) { return r.matches(labels); });
}

}  // namespace kcheck::manifests
