/*
** What the files of SASL share: sasl.c is the exchange, sasl_gsasl.c,
** sasl_scram.c and sasl_bearer.c are the kinds of mechanism.
*/
#ifndef sat_sasl_state_h
#define sat_sasl_state_h

#include <gsasl.h>

#include "net/sasl.h"

struct sat_sasl_kind {
  int (*open)(struct sat_sasl *x, const struct sat_sasl_request *r);
  int (*step)(struct sat_sasl *x, const void *p, size_t n,
              struct sat_buf *out);
  void (*close)(struct sat_sasl *x);
};

struct sat_sasl {
  const struct sat_sasl_kind *kind;
  char mechanism[GSASL_MAX_MECHANISM_SIZE + 1];
  bool started, done;
  struct sat_error err;
  const char *hint;
  char reason[300];

  Gsasl *gsasl;
  Gsasl_session *session;
  struct sat_sasl_scram *scram;
  struct sat_buf message; /* of a bearer: the initial response */
};

extern const struct sat_sasl_kind sat_sasl_gsasl, sat_sasl_scram,
    sat_sasl_bearer;

/* Keeps what the server said, without control characters. */
void sat_sasl_note_reason(struct sat_sasl *x, const void *p, size_t n);

/* Wipes and frees a buffer. */
void sat_sasl_forget(struct sat_buf *b);

#endif
