#include "reference/http/kubeconfig.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "reference/base/files.hpp"
#include "reference/base/json.hpp"

namespace kcheck::reference::http {

namespace {

std::string to_base64(const std::string& text) {
    std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');  // OpenSSL adds a NUL
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

std::string from_base64(const std::string& text) {
    std::string decoded(3 * (text.size() / 4) + 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) throw std::runtime_error("not base64");
    decoded.resize(static_cast<std::size_t>(size));
    for (auto end = text.rbegin(); end != text.rend() && *end == '='; ++end) decoded.pop_back();
    return decoded;
}

std::runtime_error failed(const char* what, const std::filesystem::path& file) {
    return std::runtime_error(fmt::format("{} {}: {}", what, file.string(), std::strerror(errno)));
}

}  // namespace

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw failed("cannot read", file);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) throw failed("cannot read", file);
    return content;
}

void write_kubeconfig(const std::filesystem::path& file, const KubeConfig& config) {
    Json user = Json::object();
    if (!config.identity.certificate.empty()) {
        user["client-certificate-data"] = to_base64(config.identity.certificate);
        user["client-key-data"] = to_base64(config.identity.key);
    }
    if (!config.token.empty()) user["token"] = config.token;
    const std::string cluster = "kcheck";
    const std::string context = config.user + "@" + cluster;
    const Json content = {
        {"apiVersion", "v1"},
        {"kind", "Config"},
        {"clusters", Json::array({{{"name", cluster},
                                   {"cluster",
                                    {{"server", config.server},
                                     {"certificate-authority-data", to_base64(config.authority)}}}}})},
        {"users", Json::array({{{"name", config.user}, {"user", user}}})},
        {"contexts",
         Json::array({{{"name", context}, {"context", {{"cluster", cluster}, {"user", config.user}}}}})},
        {"current-context", context},
    };
    write_private_file(file, content.dump(2) + "\n");
}

KubeConfig read_kubeconfig(const std::filesystem::path& file) {
    const auto text = read_file(file);
    try {
        const Json content = Json::parse(text);
        const auto& cluster = content.at("clusters").at(0).at("cluster");
        const auto& user = content.at("users").at(0);
        const auto& data = user.at("user");
        KubeConfig config;
        config.server = cluster.at("server").get<std::string>();
        config.authority = from_base64(cluster.at("certificate-authority-data").get<std::string>());
        config.user = user.at("name").get<std::string>();
        config.identity.certificate = from_base64(data.value("client-certificate-data", ""));
        config.identity.key = from_base64(data.value("client-key-data", ""));
        config.token = data.value("token", "");
        return config;
    } catch (const std::exception& error) {
        throw std::runtime_error(
            fmt::format("{} is no kubeconfig that kcheck up has written: {}", file.string(), error.what()));
    }
}

}  // namespace kcheck::reference::http
