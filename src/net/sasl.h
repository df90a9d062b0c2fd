/*
** The client's side of one SASL exchange (RFC 4422): challenges in,
** responses out, raw bytes; how they travel is the protocol's business.
** libgsasl has the mechanisms but SCRAM and the bearers of tokens.
** Passwords and tokens are wiped, and are in no error.
*/
#ifndef sat_sasl_h
#define sat_sasl_h

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "net/stream.h"

/* All strings are copied; NULL: not given. */
struct sat_sasl_request {
  const char *mechanism; /* "SCRAM-SHA-256-PLUS", in upper case */
  const char *user, *password, *token;
  const char *authzid;   /* whom to act for; NULL: the user */
  const char *service;   /* "imap" "pop" "smtp" */
  const char *host;
  unsigned port;         /* 0: not known */
  /* for channel bindings.  Given to a mechanism without -PLUS it says that
  ** the server offers none with it: who lies about that is found out
  ** (RFC 5802 6). */
  const struct sat_stream *stream;
  const char *nonce; /* of SCRAM, for the examples of its RFCs; else random */
};

struct sat_sasl;

/* whether this build has the mechanism */
bool sat_sasl_has(const char *mechanism);

/* whether the client speaks first: sat_sasl_step without a challenge gives
** the initial response */
bool sat_sasl_speaks_first(const char *mechanism);

/* NULL after recording an error. */
struct sat_sasl *sat_sasl_new(const struct sat_sasl_request *r,
                              struct sat_error *err);
void sat_sasl_free(struct sat_sasl **x);

/* Appends the response to a challenge (NULL: none, for an initial response).
** 1: nothing more has to come but the server's consent, and what the server
** has to prove is proven; 0: another challenge must come; -1: see
** sat_sasl_error, and cancel the exchange. */
int sat_sasl_step(struct sat_sasl *x, const void *challenge, size_t n,
                  struct sat_buf *out);

const char *sat_sasl_mechanism(const struct sat_sasl *x);

const struct sat_error *sat_sasl_error(const struct sat_sasl *x);

/* what to do about the error: static text, or NULL */
const char *sat_sasl_hint(const struct sat_sasl *x);

/* What the server said against us inside of the mechanism (RFC 5802 7,
** RFC 7628 3.2.2), or NULL. */
const char *sat_sasl_reason(const struct sat_sasl *x);

#endif
