// A Kubernetes resource quantity: 100m, 0.5, 1e3, 128Mi, 1G, 1.5Gi.
// Source: apimachinery pkg/api/resource (quantity.go: ParseQuantity, suffix.go).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace kcheck::kubernetes {

class Quantity {
public:
    enum class Format : std::uint8_t { decimal, binary, exponent };

    Quantity() = default;

    /// The error is kube-apiserver's text. As in Kubernetes, what is finer than 1n rounds
    /// up and what exceeds 2^63-1 is capped.
    static tl::expected<Quantity, std::string> parse(std::string_view text);

    /// Whole units (bytes, pods), rounded up; capped at 2^63-1.
    std::int64_t value() const;
    /// Thousandths (millicores), rounded up; capped at 2^63-1.
    std::int64_t milli() const;
    /// Whether it has no fraction.
    bool is_whole() const;
    /// Kubernetes' canonical form: 0.5 is 500m, 1024Mi is 1Gi.
    std::string to_string() const;

    friend bool operator==(const Quantity& a, const Quantity& b) { return a.nano_ == b.nano_; }
    friend std::strong_ordering operator<=>(const Quantity& a, const Quantity& b) {
        return a.nano_ < b.nano_   ? std::strong_ordering::less
               : a.nano_ > b.nano_ ? std::strong_ordering::greater
                                   : std::strong_ordering::equal;
    }
    Quantity& operator+=(const Quantity& other);

private:
    // Wide enough: 2^63 units in billionths need 93 bits.
    __extension__ using Wide = __int128;

    std::int64_t in_units_of(Wide nanos) const;

    Wide nano_ = 0;
    Format format_ = Format::decimal;
};

}  // namespace kcheck::kubernetes
