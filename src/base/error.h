/*
** The error record.  Every object that can fail owns one, or borrows its
** owner's.  The first error wins: what follows from it is not recorded, so
** that code may run on and test once, at the end.
*/
#ifndef sat_error_h
#define sat_error_h

#include <stdbool.h>
#include <stdint.h>

/* the kinds that scripts see as err.kind; error.c has their names */
enum sat_error_kind {
  SAT_OK,
  SAT_E_AUTH,
  SAT_E_NETWORK,
  SAT_E_TLS,
  SAT_E_TIMEOUT,
  SAT_E_NOT_FOUND,
  SAT_E_DENIED,
  SAT_E_EXISTS,
  SAT_E_QUOTA,
  SAT_E_THROTTLED,
  SAT_E_CONFLICT,
  SAT_E_INVALID,
  SAT_E_UNSUPPORTED,
  SAT_E_PROTOCOL,
  SAT_E_LIMIT,
  SAT_E_CANCELLED,
  SAT_E_SERVER,
  SAT_E_MEMORY
};

#define SAT_ERROR_TEXT 400

struct sat_error {
  enum sat_error_kind kind;  /* SAT_OK: nothing happened */
  uint32_t code;             /* the protocol's own number; 0: none */
  bool retryable;            /* the same request may succeed later */
  double retry_after;        /* seconds the server asks to wait; 0: unsaid */
  char text[SAT_ERROR_TEXT]; /* one line of UTF-8, cut if longer */
};

#if defined(__GNUC__)
#define SAT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define SAT_PRINTF(fmt, args)
#endif

/* Records an error unless one is recorded already; returns -1 always.
** A NULL record is allowed: then only the return value tells. */
int sat_error_set(struct sat_error *e, enum sat_error_kind kind,
                  const char *fmt, ...) SAT_PRINTF(3, 4);

void sat_error_clear(struct sat_error *e);

/* "auth", "network", …; "ok" for SAT_OK */
const char *sat_error_kind_name(enum sat_error_kind kind);

#endif
