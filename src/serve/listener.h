/*
** An HTTP listener on libmicrohttpd, driven from outside: whoever owns it
** waits for its descriptor and calls sat_listener_run.  A request that has
** come whole is an *exchange*; its connection sleeps until the exchange is
** answered, in any order and at any time.
*/
#ifndef sat_listener_h
#define sat_listener_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct sat_listener;
struct sat_exchange;

struct sat_listener_options {
  const char *host;      /* a numeric address; NULL: 127.0.0.1 */
  uint16_t port;         /* 0: any free one */
  const char *cert_pem;  /* NULL: plain HTTP */
  const char *key_pem;
  size_t max_body;       /* larger requests get 413; 0: 256 MiB */
  unsigned connections;  /* most at one time; 0: 1,000 */
};

struct sat_header {
  const char *name, *value;
};

/* NULL after recording an error of kind network or invalid. */
struct sat_listener *sat_listener_open(const struct sat_listener_options *o,
                                       struct sat_error *err);

/* Closes all connections, answered or not, and nulls the pointer. */
void sat_listener_close(struct sat_listener **l);

uint16_t sat_listener_port(const struct sat_listener *l);

/* the descriptor that becomes readable when sat_listener_run has work */
int sat_listener_fd(const struct sat_listener *l);

/* seconds until sat_listener_run must be called anyway; < 0: no need */
double sat_listener_timeout(struct sat_listener *l);

void sat_listener_run(struct sat_listener *l);

/* The oldest request that nobody has taken, or NULL.  It is the caller's
** until sat_exchange_answer or sat_exchange_drop. */
struct sat_exchange *sat_listener_next(struct sat_listener *l);

const char *sat_exchange_method(const struct sat_exchange *x);
const char *sat_exchange_url(const struct sat_exchange *x);
struct sat_bytes sat_exchange_body(const struct sat_exchange *x);

/* header i, or false behind the last; borrowed from the exchange */
bool sat_exchange_header(const struct sat_exchange *x, size_t i,
                         struct sat_header *h_r);

/*
** Answers and gives the exchange back.  The body is copied.  'cut' is the
** number of body bytes after which the connection is dropped; a value below
** 0 sends all of it.  Harmless after the listener was closed.
*/
void sat_exchange_answer(struct sat_exchange **x, unsigned status,
                         const struct sat_header *headers, size_t n,
                         struct sat_bytes body, int64_t cut);

/* Drops the connection without an answer. */
void sat_exchange_drop(struct sat_exchange **x);

#endif
