/*
** TLS on a socket that is connected: the client's side, by OpenSSL, under
** the policy of tls.h.  Nothing blocks and no signal is raised.  It borrows
** the socket, which must outlive it.
*/
#ifndef sat_tls_session_h
#define sat_tls_session_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "net/tls.h"

struct sat_tls_session;

enum sat_tls_result {
  SAT_TLS_DONE,    /* as asked */
  SAT_TLS_READ,    /* goes on when the socket is readable, */
  SAT_TLS_WRITE,   /* or writable */
  SAT_TLS_CLOSED,  /* the other end said farewell */
  SAT_TLS_CUT,     /* the socket ended without it */
  SAT_TLS_FAILED   /* see sat_tls_session_explain */
};

/* 'name' is the host that the certificate must be made for, or an address.
** NULL after recording an error. */
struct sat_tls_session *sat_tls_session_new(int fd, const char *name,
                                            const struct sat_tls *policy,
                                            struct sat_error *err);
void sat_tls_session_free(struct sat_tls_session **t);

enum sat_tls_result sat_tls_session_handshake(struct sat_tls_session *t);

/* n_r: the bytes read or written, if done */
enum sat_tls_result sat_tls_session_read(struct sat_tls_session *t, void *p,
                                         size_t n, size_t *n_r);
enum sat_tls_result sat_tls_session_write(struct sat_tls_session *t,
                                          const void *p, size_t n,
                                          size_t *n_r);

/* Says farewell, if that does not block. */
void sat_tls_session_bye(struct sat_tls_session *t);

/* Records why the last call failed or was cut, in words.  Gives a hint
** (static text) or NULL. */
void sat_tls_session_explain(struct sat_tls_session *t, const char *place,
                             struct sat_error *err, const char **hint_r);

/* the errno of the socket when the last call failed by it; else 0 */
int sat_tls_session_errno(const struct sat_tls_session *t);

/* See sat_stream_binding. */
bool sat_tls_session_binding(const struct sat_tls_session *t,
                             const char *type, struct sat_buf *out);

struct sat_tls_info {
  const char *version, *cipher; /* "TLSv1.3"; they live with the session */
  bool verified;
  int64_t expires;              /* seconds since the epoch; 0: unknown */
  char subject[256], issuer[256];
};

void sat_tls_session_describe(const struct sat_tls_session *t,
                              struct sat_tls_info *out_r);

#endif
