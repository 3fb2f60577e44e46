// base64 as RFC 4648 defines it: its test vectors (section 10), and what is no such encoding.
#include <catch2/catch.hpp>

#include "reference/base/base64.hpp"

using namespace kcheck::reference;

TEST_CASE("base64 is that of RFC 4648", "[base]") {
    const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"},
                                                                      {"\xfb\xff\xfe", "+//+"}};
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(text);
        CHECK(base64_encode(bytes) == text);
        CHECK(base64_decode(text) == bytes);
    }
    CHECK(base64url_encode("\xfb\xff\xfe") == "-__-");
    CHECK(base64url_encode("fo") == "Zm8");
    CHECK(base64url_decode("Zm8") == "fo");
}

TEST_CASE("what is not base64 is refused", "[base]") {
    for (const char* text :
         {"A", "Zg", "Zg=", "Zg===", "====", "Z===", "Zm8=Zm8=", "=Zm9", "Zm9v\n", "Zm-v", "Zm 9"}) {
        CAPTURE(text);
        CHECK_FALSE(base64_decode(text));
    }
    for (const char* text : {"A", "Zg==", "Zm+v", "Zm9vY"}) {
        CAPTURE(text);
        CHECK_FALSE(base64url_decode(text));
    }
}
