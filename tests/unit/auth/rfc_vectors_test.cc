// The examples that the standards print: signatures that others made.
#include <string>

#include "bridge/auth/compact_jws.h"
#include "bridge/auth/jwks.h"
#include "bridge/auth/key_set.h"
#include "bridge/auth/refusal.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

// RFC 7515, appendices A.1.1, A.2.1 and A.3.1: the same payload under three headers.
constexpr char kPayload[] =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

struct Vector {
  const char* name;
  const char* jwk;
  std::string token;
};

std::vector<Vector> Vectors() {
  const std::string payload = kPayload;
  return {
      {"Rfc7515A1",
       R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
       "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + payload + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
      {"Rfc7515A2",
       R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0)"
       R"(Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB)"
       R"(dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkML)"
       R"(s91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
       "eyJhbGciOiJSUzI1NiJ9." + payload +
           ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
           "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383Lc"
           "OLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVm"
           "tVrBp0igcN_IoypGlUPQGe77Rw"},
      {"Rfc7515A3",
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       "eyJhbGciOiJFUzI1NiJ9." + payload +
           ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
      {"Rfc8037A4", R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijc"
       "NR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"}};
}

KeySet KeysOf(const std::string& jwk) {
  Jwks jwks = ParseJwks("{\"keys\":[" + jwk + "]}").value();
  return KeySet::Create(std::move(jwks.keys)).value();
}

TEST(RfcVectors, AreVerified) {
  for (const Vector& vector : Vectors()) {
    const CompactJws jws = ParseCompactJws(vector.token, 8192).value();
    EXPECT_EQ(KeysOf(vector.jwk).Verify(jws), KeySet::Verdict::kGood) << vector.name;
  }
}

TEST(RfcVectors, AreRefusedWithAnyByteOfTheSignatureChanged) {
  for (const Vector& vector : Vectors()) {
    const KeySet keys = KeysOf(vector.jwk);
    CompactJws jws = ParseCompactJws(vector.token, 8192).value();
    for (char& byte : jws.signature) {
      byte = static_cast<char>(byte ^ 1);
      EXPECT_EQ(keys.Verify(jws), KeySet::Verdict::kBadSignature) << vector.name;
      byte = static_cast<char>(byte ^ 1);
    }
  }
}

TEST(RfcVectors, UnsecuredExampleOfRfc7515A5IsRefused) {
  const absl::StatusOr<CompactJws> jws = ParseCompactJws(std::string("eyJhbGciOiJub25lIn0.") + kPayload + ".", 8192);
  EXPECT_EQ(testing::ReasonOf(jws.status()), reason::kAlgorithm);
}

TEST(RfcVectors, EncryptedExampleOfRfc7516IsRefused) {
  const absl::StatusOr<CompactJws> jws = ParseCompactJws(
      "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe."
      "48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ",
      8192);
  EXPECT_EQ(testing::ReasonOf(jws.status()), reason::kMalformed);
}

}  // namespace
}  // namespace spanwire::auth
