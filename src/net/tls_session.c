#include "net/tls_session.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/tls_state.h"

#define READ_AHEAD 65536 /* bytes taken from the socket at once */

/* A BIO of its own: OpenSSL's writes by write(2), which raises SIGPIPE. */
static int socket_write(BIO *bio, const char *p, int n) {
  struct sat_tls_session *t = BIO_get_data(bio);
  ssize_t done;
  BIO_clear_retry_flags(bio);
  do done = send(t->fd, p, (size_t)n, MSG_NOSIGNAL);
  while (done < 0 && errno == EINTR);
  if (done >= 0) return (int)done;
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    BIO_set_retry_write(bio);
  else
    t->sys_errno = errno;
  return -1;
}

static int socket_read(BIO *bio, char *p, int n) {
  struct sat_tls_session *t = BIO_get_data(bio);
  ssize_t done;
  BIO_clear_retry_flags(bio);
  do done = recv(t->fd, p, (size_t)n, 0);
  while (done < 0 && errno == EINTR);
  if (done == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  if (done >= 0) return (int)done;
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    BIO_set_retry_read(bio);
  else
    t->sys_errno = errno;
  return -1;
}

static long socket_control(BIO *bio, int what, long number, void *arg) {
  (void)number, (void)arg;
  if (what == BIO_CTRL_FLUSH) return 1;
  if (what == BIO_CTRL_EOF)
    return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return 0;
}

static BIO *make_bio(struct sat_tls_session *t) {
  BIO *bio;
  t->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
                           "satchel socket");
  if (t->method == NULL) return NULL;
  BIO_meth_set_write(t->method, socket_write);
  BIO_meth_set_read(t->method, socket_read);
  BIO_meth_set_ctrl(t->method, socket_control);
  bio = BIO_new(t->method);
  if (bio == NULL) return NULL;
  BIO_set_data(bio, t);
  BIO_set_init(bio, 1);
  return bio;
}

/* a key with a pass phrase is not asked for at the terminal */
static int no_phrase(char *p, int n, int writing, void *arg) {
  (void)p, (void)n, (void)writing, (void)arg;
  return -1;
}

static const char *reason(void) {
  const char *s = ERR_reason_error_string(ERR_peek_last_error());
  return s != NULL ? s : "no reason given";
}

static int trust(SSL_CTX *ctx, const char *ca, struct sat_error *err) {
  bool folder = ca != NULL && sat_tls_is_folder(ca);
  int ok;
  if (ca == NULL)
    ok = SSL_CTX_set_default_verify_paths(ctx);
  else
    ok = SSL_CTX_load_verify_locations(ctx, folder ? NULL : ca,
                                       folder ? ca : NULL);
  if (ok == 1) return 0;
  return sat_error_set(err, SAT_E_TLS,
                       "the CA certificates cannot be used: %s", reason());
}

static int show(SSL_CTX *ctx, const struct sat_tls *policy,
                struct sat_error *err) {
  const char *key = policy->key != NULL ? policy->key : policy->cert;
  if (policy->cert == NULL) return 0;
  SSL_CTX_set_default_passwd_cb(ctx, no_phrase);
  if (SSL_CTX_use_certificate_chain_file(ctx, policy->cert) == 1 &&
      SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_check_private_key(ctx) == 1)
    return 0;
  return sat_error_set(err, SAT_E_TLS,
                       "the client certificate cannot be used: %s",
                       reason());
}

static int make_context(struct sat_tls_session *t,
                        const struct sat_tls *policy,
                        struct sat_error *err) {
  if (sat_tls_check_files(policy, err) < 0) return -1;
  t->ctx = SSL_CTX_new(TLS_client_method());
  if (t->ctx == NULL ||
      SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION) != 1)
    return sat_error_set(err, SAT_E_TLS, "cannot set up TLS: %s", reason());
  SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                               SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(t->ctx, 1);
  SSL_CTX_set_default_read_buffer_len(t->ctx, READ_AHEAD);
  SSL_CTX_set_verify(
      t->ctx, policy->no_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
  if (trust(t->ctx, policy->ca, err) < 0) return -1;
  return show(t->ctx, policy, err);
}

/* An address is no name: it is compared as such, and not sent as SNI
** (RFC 6066 3). */
static int expect(SSL *ssl, const char *name) {
  X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1) return 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name) == 1 &&
         SSL_set_tlsext_host_name(ssl, name) == 1;
}

static int make_session(struct sat_tls_session *t, const char *name,
                        struct sat_error *err) {
  BIO *bio;
  t->ssl = SSL_new(t->ctx);
  bio = t->ssl != NULL ? make_bio(t) : NULL;
  if (bio == NULL)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  SSL_set_bio(t->ssl, bio, bio);
  if (!expect(t->ssl, name))
    return sat_error_set(err, SAT_E_TLS, "no TLS with '%s': %s", name,
                         reason());
  SSL_set_connect_state(t->ssl);
  return 0;
}

struct sat_tls_session *sat_tls_session_new(int fd, const char *name,
                                            const struct sat_tls *policy,
                                            struct sat_error *err) {
  struct sat_tls_session *t = calloc(1, sizeof *t);
  if (t == NULL) {
    sat_error_set(err, SAT_E_MEMORY, "not enough memory");
    return NULL;
  }
  t->fd = fd;
  t->verify = !policy->no_verify;
  ERR_clear_error();
  if (make_context(t, policy, err) < 0 || make_session(t, name, err) < 0)
    sat_tls_session_free(&t);
  ERR_clear_error();
  return t;
}

void sat_tls_session_free(struct sat_tls_session **tp) {
  struct sat_tls_session *t = *tp;
  *tp = NULL;
  if (t == NULL) return;
  SSL_free(t->ssl);
  SSL_CTX_free(t->ctx);
  BIO_meth_free(t->method);
  free(t);
}

static enum sat_tls_result failure(struct sat_tls_session *t) {
  t->error = ERR_peek_error();
  ERR_clear_error();
  if (ERR_GET_LIB(t->error) == ERR_LIB_SSL &&
      ERR_GET_REASON(t->error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return SAT_TLS_CUT;
  return t->error == 0 && t->sys_errno == 0 ? SAT_TLS_CUT : SAT_TLS_FAILED;
}

/* what the answer of an OpenSSL function means */
static enum sat_tls_result judge(struct sat_tls_session *t, int answer) {
  switch (answer > 0 ? SSL_ERROR_NONE : SSL_get_error(t->ssl, answer)) {
    case SSL_ERROR_NONE: return SAT_TLS_DONE;
    case SSL_ERROR_WANT_READ: return SAT_TLS_READ;
    case SSL_ERROR_WANT_WRITE: return SAT_TLS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return SAT_TLS_CLOSED;
    default: return failure(t);
  }
}

static void begin(struct sat_tls_session *t) {
  t->sys_errno = 0;
  t->error = 0;
  ERR_clear_error();
}

enum sat_tls_result sat_tls_session_handshake(struct sat_tls_session *t) {
  begin(t);
  t->result = judge(t, SSL_do_handshake(t->ssl));
  t->established = t->result == SAT_TLS_DONE;
  return t->result;
}

enum sat_tls_result sat_tls_session_read(struct sat_tls_session *t, void *p,
                                         size_t n, size_t *n_r) {
  *n_r = 0;
  begin(t);
  t->result = judge(t, SSL_read_ex(t->ssl, p, n, n_r));
  return t->result;
}

enum sat_tls_result sat_tls_session_write(struct sat_tls_session *t,
                                          const void *p, size_t n,
                                          size_t *n_r) {
  *n_r = 0;
  begin(t);
  t->result = judge(t, SSL_write_ex(t->ssl, p, n, n_r));
  return t->result;
}

void sat_tls_session_bye(struct sat_tls_session *t) {
  if (!t->established || t->result == SAT_TLS_FAILED) return;
  begin(t);
  SSL_shutdown(t->ssl);
  ERR_clear_error();
}

int sat_tls_session_errno(const struct sat_tls_session *t) {
  return t->sys_errno;
}
