#include "net/scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/secret.h"

static const EVP_MD *digest(bool sha256) {
  return sha256 ? EVP_sha256() : EVP_sha1();
}

static bool hmac(bool sha256, const uint8_t *key, size_t key_n,
                 const void *p, size_t n, uint8_t *out) {
  unsigned out_n = 0;
  return HMAC(digest(sha256), key, (int)key_n, p, n, out, &out_n) != NULL;
}

static bool hmac_text(bool sha256, const uint8_t *key, size_t key_n,
                      const char *text, uint8_t *out) {
  return hmac(sha256, key, key_n, text, strlen(text), out);
}

bool sat_scram_derive(bool sha256, const char *password, const uint8_t *salt,
                      size_t salt_n, unsigned rounds,
                      struct sat_scram_keys *out_r) {
  uint8_t salted[SAT_SCRAM_MOST];
  size_t n = (size_t)EVP_MD_get_size(digest(sha256));
  bool ok = PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt,
                              (int)salt_n, (int)rounds, digest(sha256),
                              (int)n, salted) == 1 &&
            hmac_text(sha256, salted, n, "Client Key", out_r->client) &&
            hmac_text(sha256, salted, n, "Server Key", out_r->server);
  out_r->n = n;
  sat_secret_wipe(salted, sizeof salted);
  return ok;
}

bool sat_scram_prove(bool sha256, const struct sat_scram_keys *keys,
                     const char *message, size_t n,
                     uint8_t proof_r[SAT_SCRAM_MOST],
                     uint8_t signature_r[SAT_SCRAM_MOST]) {
  uint8_t stored[SAT_SCRAM_MOST];
  bool ok = EVP_Digest(keys->client, keys->n, stored, NULL, digest(sha256),
                       NULL) == 1 &&
            hmac(sha256, stored, keys->n, message, n, proof_r) &&
            hmac(sha256, keys->server, keys->n, message, n, signature_r);
  for (size_t i = 0; i < keys->n; i++) proof_r[i] ^= keys->client[i];
  sat_secret_wipe(stored, sizeof stored);
  return ok;
}

bool sat_scram_equal(const uint8_t *a, const uint8_t *b, size_t n) {
  return CRYPTO_memcmp(a, b, n) == 0;
}
