/*
** The mechanisms of libgsasl.  What it is given it keeps in memory of its
** own, which is wiped before it frees it.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "net/sasl_state.h"

/* more rounds of SCRAM than this would stop everything else for seconds */
#define MOST_ROUNDS 1000000

static bool is_scram(const struct sat_sasl *x) {
  return strncmp(x->mechanism, "SCRAM-", 6) == 0;
}

static bool is_plus(const struct sat_sasl *x) {
  size_t n = strlen(x->mechanism);
  return n > 5 && strcmp(x->mechanism + n - 5, "-PLUS") == 0;
}

static int set(struct sat_sasl *x, Gsasl_property name, const char *value) {
  if (value == NULL) return 0;
  if (gsasl_property_set(x->session, name, value) == GSASL_OK) return 0;
  return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
}

/* RFC 9266 is for TLS 1.3, and tls-unique for what was before */
static int bind_channel(struct sat_sasl *x,
                        const struct sat_sasl_request *r) {
  struct sat_buf data = {0}, text = {0};
  Gsasl_property name = GSASL_CB_TLS_EXPORTER;
  bool has = false;
  int result = 0;
  if (r->stream != NULL && is_plus(x)) {
    struct sat_stream_info info;
    sat_stream_describe(r->stream, &info);
    if (info.tls != NULL && strcmp(info.tls, "TLSv1.2") == 0)
      name = GSASL_CB_TLS_UNIQUE;
    has = sat_stream_binding(r->stream,
                             name == GSASL_CB_TLS_UNIQUE ? "tls-unique"
                                                         : "tls-exporter",
                             &data);
  }
  if (has) {
    sat_base64_encode(&text, data.p, data.n);
    sat_buf_put(&text, "", 1);
    result = set(x, name, text.failed ? NULL : (const char *)text.p);
  } else if (is_plus(x)) {
    result = sat_error_set(&x->err, SAT_E_UNSUPPORTED,
                           "%s needs TLS on this connection", x->mechanism);
  }
  sat_sasl_forget(&data);
  sat_sasl_forget(&text);
  return result;
}

static int set_all(struct sat_sasl *x, const struct sat_sasl_request *r) {
  bool external = strcmp(x->mechanism, "EXTERNAL") == 0;
  const char *authzid = r->authzid;
  if (external && authzid == NULL) authzid = r->user;
  if (set(x, GSASL_AUTHID, r->user) < 0) return -1;
  if (set(x, GSASL_AUTHZID, authzid) < 0) return -1;
  if (set(x, GSASL_PASSWORD, r->password) < 0) return -1;
  if (set(x, GSASL_SERVICE, r->service) < 0) return -1;
  if (set(x, GSASL_HOSTNAME, r->host) < 0) return -1;
  return bind_channel(x, r);
}

static bool needs_password(const struct sat_sasl *x) {
  return strcmp(x->mechanism, "GSSAPI") != 0 &&
         strcmp(x->mechanism, "GS2-KRB5") != 0 &&
         strcmp(x->mechanism, "EXTERNAL") != 0 &&
         strcmp(x->mechanism, "ANONYMOUS") != 0;
}

static int open_gsasl(struct sat_sasl *x, const struct sat_sasl_request *r) {
  if (needs_password(x) && (r->user == NULL || r->password == NULL))
    return sat_error_set(&x->err, SAT_E_INVALID,
                         "%s needs a user and a password", x->mechanism);
  if (gsasl_init(&x->gsasl) != GSASL_OK)
    return sat_error_set(&x->err, SAT_E_MEMORY, "cannot start libgsasl");
  if (gsasl_client_start(x->gsasl, x->mechanism, &x->session) != GSASL_OK)
    return sat_error_set(&x->err, SAT_E_UNSUPPORTED,
                         "this build has no mechanism %s", x->mechanism);
  return set_all(x, r);
}

/* What the server says inside of SCRAM that libgsasl does not look at: the
** error of its last message (RFC 5802 7), and the number of rounds. */
static int look_at_scram(struct sat_sasl *x, const char *p, size_t n) {
  const char *end = p + n;
  unsigned long rounds = 0;
  if (n > 2 && memcmp(p, "e=", 2) == 0) {
    sat_sasl_note_reason(x, p + 2, strcspn(p + 2, ",") < n - 2
                                       ? strcspn(p + 2, ",")
                                       : n - 2);
    return sat_error_set(&x->err, SAT_E_AUTH, "the server refused %s: %s",
                         x->mechanism, x->reason);
  }
  for (; p + 3 < end; p++) {
    if (memcmp(p, ",i=", 3) != 0) continue;
    for (p += 3; p < end && *p >= '0' && *p <= '9'; p++)
      if (rounds <= MOST_ROUNDS)
        rounds = rounds * 10 + (unsigned long)(*p - '0');
    break;
  }
  if (rounds <= MOST_ROUNDS) return 0;
  return sat_error_set(&x->err, SAT_E_LIMIT,
                       "the server asks for more than %d rounds of %s",
                       MOST_ROUNDS, x->mechanism);
}

static int explain_kerberos(struct sat_sasl *x) {
  const char *host = gsasl_property_fast(x->session, GSASL_HOSTNAME);
  const char *service = gsasl_property_fast(x->session, GSASL_SERVICE);
  x->hint = "get a ticket by kinit, or give a password or a token";
  return sat_error_set(&x->err, SAT_E_AUTH,
                       "no Kerberos ticket that %s@%s takes",
                       service != NULL ? service : "?",
                       host != NULL ? host : "?");
}

static int explain(struct sat_sasl *x, int code) {
  switch (code) {
    case GSASL_MALLOC_ERROR:
      return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
    case GSASL_SASLPREP_ERROR:
      return sat_error_set(&x->err, SAT_E_INVALID,
                           "the user or the password has characters that "
                           "SASL does not allow (RFC 4013)");
    case GSASL_AUTHENTICATION_ERROR:
      x->hint = "this may be somebody else than the server: do not go on";
      return sat_error_set(&x->err, SAT_E_AUTH,
                           "the server does not prove by %s that it knows "
                           "the password", x->mechanism);
    case GSASL_NO_CB_TLS_UNIQUE:
    case GSASL_NO_CB_TLS_EXPORTER:
      return sat_error_set(&x->err, SAT_E_UNSUPPORTED,
                           "%s needs TLS on this connection", x->mechanism);
    default: break;
  }
  if (strncmp(x->mechanism, "GS", 2) == 0) return explain_kerberos(x);
  return sat_error_set(&x->err, SAT_E_PROTOCOL,
                       "the server's part of %s makes no sense: %s",
                       x->mechanism, gsasl_strerror(code));
}

static int step_gsasl(struct sat_sasl *x, const void *p, size_t n,
                      struct sat_buf *out) {
  char *answer = NULL, *input = sat_secret_copy(p, p != NULL ? n : 0);
  size_t answer_n = 0;
  int code;
  if (input == NULL)
    return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
  if (is_scram(x) && p != NULL && look_at_scram(x, input, n) < 0)
    code = -1;
  else
    code = gsasl_step(x->session, p != NULL ? input : NULL, n, &answer,
                      &answer_n);
  if (code == GSASL_OK || code == GSASL_NEEDS_MORE)
    sat_buf_put(out, answer, answer_n);
  else if (code != -1)
    explain(x, code);
  if (answer != NULL) sat_secret_wipe(answer, answer_n);
  gsasl_free(answer);
  free(input);
  if (x->err.kind != SAT_OK) return -1;
  return code == GSASL_OK ? 1 : 0;
}

static void wipe(struct sat_sasl *x, Gsasl_property name) {
  const char *value = gsasl_property_fast(x->session, name);
  if (value != NULL) sat_secret_wipe((char *)value, strlen(value));
}

static void close_gsasl(struct sat_sasl *x) {
  static const Gsasl_property secrets[] = {
      GSASL_PASSWORD, GSASL_SCRAM_SALTED_PASSWORD,
      GSASL_DIGEST_MD5_HASHED_PASSWORD, GSASL_SCRAM_SERVERKEY,
      GSASL_SCRAM_STOREDKEY};
  for (size_t i = 0; x->session != NULL && i < sizeof secrets / sizeof *secrets;
       i++)
    wipe(x, secrets[i]);
  if (x->session != NULL) gsasl_finish(x->session);
  if (x->gsasl != NULL) gsasl_done(x->gsasl);
}

const struct sat_sasl_kind sat_sasl_gsasl = {open_gsasl, step_gsasl,
                                             close_gsasl};
