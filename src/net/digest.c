#include "net/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>

struct sat_digest {
  EVP_MD_CTX *ctx;
};

struct sat_digest *sat_digest_new(void) {
  struct sat_digest *d = calloc(1, sizeof *d);
  if (d == NULL) return NULL;
  d->ctx = EVP_MD_CTX_new();
  if (d->ctx == NULL || EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1)
    sat_digest_free(&d);
  return d;
}

bool sat_digest_update(struct sat_digest *d, const void *p, size_t n) {
  return d->ctx != NULL && EVP_DigestUpdate(d->ctx, p, n) == 1;
}

bool sat_digest_final(struct sat_digest *d, uint8_t out[SAT_SHA256_SIZE]) {
  bool ok = d->ctx != NULL && EVP_DigestFinal_ex(d->ctx, out, NULL) == 1;
  EVP_MD_CTX_free(d->ctx);
  d->ctx = NULL;
  return ok;
}

void sat_digest_free(struct sat_digest **d) {
  if (d == NULL || *d == NULL) return;
  EVP_MD_CTX_free((*d)->ctx);
  free(*d);
  *d = NULL;
}

bool sat_digest_md5(const void *p, size_t n, uint8_t out[SAT_MD5_SIZE]) {
  return EVP_Digest(p, n, out, NULL, EVP_md5(), NULL) == 1;
}

bool sat_random_bytes(void *p, size_t n) {
  uint8_t *b = p;
  for (; n > 0; b += n > 4096 ? 4096 : n, n -= n > 4096 ? 4096 : n)
    if (RAND_bytes(b, n > 4096 ? 4096 : (int)n) != 1) return false;
  return true;
}
