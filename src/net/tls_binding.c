/*
** What a TLS session is known by: channel bindings, by which what is above
** proves that it talks to the other end of this very session, and what
** people want to know of it.
*/
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "net/tls_state.h"

/* RFC 9266: 32 bytes of the exporter, with a context of no bytes */
static bool exporter(SSL *ssl, struct sat_buf *out) {
  static const char label[] = "EXPORTER-Channel-Binding";
  uint8_t data[32];
  if (SSL_version(ssl) < TLS1_3_VERSION && !SSL_get_extms_support(ssl))
    return false; /* RFC 9266: only where master secrets are unique,
                     by the extended master secret (RFC 7627) */
  if (SSL_export_keying_material(ssl, data, sizeof data, label,
                                 sizeof label - 1,
                                 (const unsigned char *)"", 0, 1) != 1)
    return false;
  sat_buf_put(out, data, sizeof data);
  return true;
}

/* RFC 5929 3: the first Finished message of the latest handshake, which is
** the client's unless the session is resumed; there is none in TLS 1.3 */
static bool unique(SSL *ssl, struct sat_buf *out) {
  uint8_t data[64];
  size_t n;
  if (SSL_version(ssl) >= TLS1_3_VERSION) return false;
  if (SSL_session_reused(ssl))
    n = SSL_get_peer_finished(ssl, data, sizeof data);
  else
    n = SSL_get_finished(ssl, data, sizeof data);
  if (n == 0 || n > sizeof data) return false;
  sat_buf_put(out, data, n);
  return true;
}

/* RFC 5929 4.1: the digest of the signature, but SHA-256 for MD5 and SHA-1 */
static const EVP_MD *end_point_digest(const X509 *x) {
  int digest = NID_undef;
  if (X509_get_signature_info((X509 *)x, &digest, NULL, NULL, NULL) != 1)
    return NULL;
  if (digest == NID_md5 || digest == NID_sha1) digest = NID_sha256;
  return digest != NID_undef ? EVP_get_digestbynid(digest) : NULL;
}

static bool end_point(SSL *ssl, struct sat_buf *out) {
  const X509 *x = SSL_get0_peer_certificate(ssl);
  const EVP_MD *digest = x != NULL ? end_point_digest(x) : NULL;
  uint8_t data[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  if (digest == NULL || X509_digest(x, digest, data, &n) != 1) return false;
  sat_buf_put(out, data, n);
  return true;
}

bool sat_tls_session_binding(const struct sat_tls_session *t,
                             const char *type, struct sat_buf *out) {
  if (!t->established) return false;
  if (strcmp(type, "tls-exporter") == 0) return exporter(t->ssl, out);
  if (strcmp(type, "tls-unique") == 0) return unique(t->ssl, out);
  if (strcmp(type, "tls-server-end-point") == 0)
    return end_point(t->ssl, out);
  return false;
}

static void name_text(const X509_NAME *name, char *out, size_t n) {
  BIO *bio = BIO_new(BIO_s_mem());
  char *p;
  long got = 0;
  *out = '\0';
  if (bio == NULL) return;
  if (X509_NAME_print_ex(bio, name, 0,
                         XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
    got = BIO_get_mem_data(bio, &p);
  if (got > 0) snprintf(out, n, "%.*s", (int)got, p);
  BIO_free(bio);
}

static int64_t seconds(const ASN1_TIME *t) {
  struct tm tm;
  return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

void sat_tls_session_describe(const struct sat_tls_session *t,
                              struct sat_tls_info *out_r) {
  const X509 *x = SSL_get0_peer_certificate(t->ssl);
  memset(out_r, 0, sizeof *out_r);
  if (!t->established) return;
  out_r->version = SSL_get_version(t->ssl);
  out_r->cipher = SSL_get_cipher_name(t->ssl);
  out_r->verified = t->verify;
  if (x == NULL) return;
  out_r->expires = seconds(X509_get0_notAfter(x));
  name_text(X509_get_subject_name(x), out_r->subject,
            sizeof out_r->subject);
  name_text(X509_get_issuer_name(x), out_r->issuer, sizeof out_r->issuer);
}
