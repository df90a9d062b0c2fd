#include "net/jwt.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/base64.h"

#define RSA_LEAST 2048 /* bits: RFC 7518 3.3 */
#define ES256_HALF 32  /* bytes of each number: RFC 7518 3.4 */

struct algorithm {
  const char *name;
  int key;
  bool pss;
};

static const struct algorithm algorithms[] = {
    {"RS256", EVP_PKEY_RSA, false},
    {"PS256", EVP_PKEY_RSA, true},
    {"ES256", EVP_PKEY_EC, false},
};

void sat_jwt_base64url(struct sat_buf *out, const void *p, size_t n) {
  size_t at = out->n;
  sat_base64_encode(out, p, n);
  if (out->failed) return;
  while (out->n > at && out->p[out->n - 1] == '=') out->n--;
  for (; at < out->n; at++) {
    if (out->p[at] == '+') out->p[at] = '-';
    if (out->p[at] == '/') out->p[at] = '_';
  }
}

static const uint8_t *after_space(const uint8_t *p, const uint8_t *end) {
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
    p++;
  return p;
}

/* the text of "alg" in the header, which its maker wrote: no JSON reader is
** needed for what has no escapes */
static struct sat_bytes find_name(struct sat_bytes header) {
  static const char key[] = "\"alg\"";
  struct sat_bytes name = {NULL, 0};
  const uint8_t *end = header.p + header.n;
  const uint8_t *p = memmem(header.p, header.n, key, sizeof key - 1);
  if (p == NULL) return name;
  p = after_space(p + sizeof key - 1, end);
  if (p == end || *p != ':') return name;
  p = after_space(p + 1, end);
  if (p == end || *p != '"') return name;
  name.p = ++p;
  while (p < end && *p != '"') p++;
  name.n = (uint32_t)(p - name.p);
  return name;
}

static const struct algorithm *find(struct sat_bytes header,
                                    struct sat_error *err) {
  struct sat_bytes name = find_name(header);
  for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
    if (name.n == strlen(algorithms[i].name) &&
        memcmp(name.p, algorithms[i].name, name.n) == 0)
      return &algorithms[i];
  sat_error_set(err, SAT_E_UNSUPPORTED,
                "the header of a token names no algorithm of RS256, PS256 "
                "and ES256");
  return NULL;
}

/* nobody is asked at the terminal */
static int give_phrase(char *p, int size, int writing, void *arg) {
  const char *phrase = arg;
  size_t n = phrase != NULL ? strlen(phrase) : 0;
  (void)writing;
  if (phrase == NULL || n > (size_t)size) return -1;
  memcpy(p, phrase, n);
  return (int)n;
}

static EVP_PKEY *read_key(struct sat_bytes pem, const char *phrase,
                          struct sat_error *err) {
  BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
  EVP_PKEY *key = NULL;
  if (bio != NULL)
    key = PEM_read_bio_PrivateKey(bio, NULL, give_phrase, (void *)phrase);
  BIO_free(bio);
  ERR_clear_error();
  if (key == NULL)
    sat_error_set(err, SAT_E_INVALID,
                  "this is no private key in PEM%s",
                  phrase != NULL ? ", or the pass phrase is wrong"
                                 : " that can be read without a pass phrase");
  return key;
}

static int check_key(EVP_PKEY *key, const struct algorithm *a,
                     struct sat_error *err) {
  char group[40] = "";
  size_t n;
  if (EVP_PKEY_get_base_id(key) != a->key)
    return sat_error_set(err, SAT_E_INVALID, "%s needs a key of %s", a->name,
                         a->key == EVP_PKEY_RSA ? "RSA" : "P-256");
  if (a->key == EVP_PKEY_RSA) {
    if (EVP_PKEY_get_bits(key) >= RSA_LEAST) return 0;
    return sat_error_set(err, SAT_E_INVALID,
                         "the key has less than %d bits", RSA_LEAST);
  }
  EVP_PKEY_get_group_name(key, group, sizeof group, &n);
  if (strcmp(group, "prime256v1") == 0) return 0;
  return sat_error_set(err, SAT_E_INVALID, "%s needs a key of P-256",
                       a->name);
}

static bool set_padding(EVP_PKEY_CTX *ctx, const struct algorithm *a) {
  if (!a->pss) return true;
  return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* the signature as OpenSSL makes it */
static bool make_signature(EVP_PKEY *key, const struct algorithm *a,
                           const struct sat_buf *input, struct sat_buf *sig) {
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  EVP_PKEY_CTX *pctx = NULL;
  size_t n = (size_t)EVP_PKEY_get_size(key);
  uint8_t *p = sat_buf_reserve(sig, n);
  bool ok = ctx != NULL && p != NULL &&
            EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, key) == 1 &&
            set_padding(pctx, a) &&
            EVP_DigestSign(ctx, p, &n, input->p, input->n) == 1;
  if (ok) sat_buf_added(sig, n);
  EVP_MD_CTX_free(ctx);
  return ok;
}

/* ES256 has the two numbers side by side instead of DER */
static bool flatten(struct sat_buf *sig) {
  const uint8_t *p = sig->p;
  ECDSA_SIG *both = d2i_ECDSA_SIG(NULL, &p, (long)sig->n);
  uint8_t flat[2 * ES256_HALF];
  bool ok = both != NULL &&
            BN_bn2binpad(ECDSA_SIG_get0_r(both), flat, ES256_HALF) > 0 &&
            BN_bn2binpad(ECDSA_SIG_get0_s(both), flat + ES256_HALF,
                         ES256_HALF) > 0;
  ECDSA_SIG_free(both);
  sat_buf_clear(sig);
  if (ok) sat_buf_put(sig, flat, sizeof flat);
  return ok;
}

static int put_signature(EVP_PKEY *key, const struct algorithm *a,
                         struct sat_buf *out, struct sat_error *err) {
  struct sat_buf sig = {0};
  bool ok = make_signature(key, a, out, &sig) &&
            (a->key != EVP_PKEY_EC || flatten(&sig)) && !sig.failed;
  if (ok) {
    sat_buf_str(out, ".");
    sat_jwt_base64url(out, sig.p, sig.n);
  }
  sat_buf_free(&sig);
  ERR_clear_error();
  if (ok && !out->failed) return 0;
  return sat_error_set(err, SAT_E_SERVER, "the token cannot be signed");
}

int sat_jwt_sign(struct sat_bytes header, struct sat_bytes claims,
                 struct sat_bytes pem, const char *phrase,
                 struct sat_buf *out, struct sat_error *err) {
  const struct algorithm *a = find(header, err);
  EVP_PKEY *key = a != NULL ? read_key(pem, phrase, err) : NULL;
  int result = -1;
  if (key != NULL && check_key(key, a, err) == 0) {
    sat_jwt_base64url(out, header.p, header.n);
    sat_buf_str(out, ".");
    sat_jwt_base64url(out, claims.p, claims.n);
    result = put_signature(key, a, out, err);
  }
  EVP_PKEY_free(key);
  return result;
}

int sat_jwt_thumbprint(struct sat_bytes pem, const char *digest,
                       struct sat_buf *out, struct sat_error *err) {
  const EVP_MD *md = strcmp(digest, "sha1") == 0 ? EVP_sha1() : EVP_sha256();
  BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
  X509 *x = NULL;
  uint8_t data[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  bool ok;
  if (bio != NULL) x = PEM_read_bio_X509(bio, NULL, give_phrase, NULL);
  ok = x != NULL && X509_digest(x, md, data, &n) == 1;
  X509_free(x);
  BIO_free(bio);
  ERR_clear_error();
  if (ok) sat_buf_put(out, data, n);
  if (ok && !out->failed) return 0;
  return sat_error_set(err, SAT_E_INVALID, "this is no certificate in PEM");
}
