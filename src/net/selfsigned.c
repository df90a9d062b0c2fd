#include "net/selfsigned.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static int add_extension(X509 *x, int nid, const char *value) {
  X509V3_CTX ctx;
  X509_EXTENSION *e;
  int ok;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
  e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
  if (e == NULL) return 0;
  ok = X509_add_ext(x, e, -1);
  X509_EXTENSION_free(e);
  return ok;
}

static int set_serial(X509 *x) {
  unsigned char b[8];
  uint64_t v = 0;
  if (RAND_bytes(b, sizeof b) != 1) return 0;
  for (size_t i = 0; i < sizeof b; i++) v = v << 8 | b[i];
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), v >> 1);
}

static int set_names(X509 *x, const char *name) {
  X509_NAME *subject = X509_get_subject_name(x);
  char alt[300];
  snprintf(alt, sizeof alt, "DNS:%s,DNS:localhost,IP:127.0.0.1,IP:::1", name);
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    (const unsigned char *)name, -1, -1, 0) &&
         X509_set_issuer_name(x, subject) &&
         add_extension(x, NID_subject_alt_name, alt);
}

static int fill(X509 *x, EVP_PKEY *key, const char *name, int days) {
  return X509_set_version(x, 2) && set_serial(x) &&
         X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(x), 86400L * days) != NULL &&
         X509_set_pubkey(x, key) && set_names(x, name) &&
         add_extension(x, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(x, NID_key_usage,
                       "critical,digitalSignature,keyCertSign") &&
         add_extension(x, NID_subject_key_identifier, "hash") &&
         X509_sign(x, key, EVP_sha256()) > 0;
}

static void take(BIO *bio, struct sat_buf *out) {
  char *p;
  long n = BIO_get_mem_data(bio, &p);
  if (n > 0) sat_buf_put(out, p, (size_t)n);
}

static int write_pem(X509 *x, EVP_PKEY *key, struct sat_buf *cert_r,
                     struct sat_buf *key_r) {
  BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_mem());
  int ok = c != NULL && k != NULL && PEM_write_bio_X509(c, x) &&
           PEM_write_bio_PrivateKey(k, key, NULL, NULL, 0, NULL, NULL);
  if (ok) {
    take(c, cert_r);
    take(k, key_r);
  }
  BIO_free(c);
  BIO_free(k);
  return ok && !cert_r->failed && !key_r->failed;
}

int sat_selfsigned_make(const char *name, int days, struct sat_buf *cert_r,
                        struct sat_buf *key_r, struct sat_error *err) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *x = X509_new();
  int ok = key != NULL && x != NULL && fill(x, key, name, days) &&
           write_pem(x, key, cert_r, key_r);
  X509_free(x);
  EVP_PKEY_free(key);
  if (ok) return 0;
  return sat_error_set(err, SAT_E_TLS, "cannot make a certificate for '%s'",
                       name);
}
