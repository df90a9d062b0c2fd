/*
** The mechanisms of libgsasl.  What it is given it keeps in memory of its
** own, which is wiped before it frees it.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "net/sasl_state.h"

static int set(struct sat_sasl *x, Gsasl_property name, const char *value) {
  if (value == NULL) return 0;
  if (gsasl_property_set(x->session, name, value) == GSASL_OK) return 0;
  return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
}

static bool is(const struct sat_sasl *x, const char *mechanism) {
  return strcmp(x->mechanism, mechanism) == 0;
}

/* A certificate or a ticket has a name of its own (RFC 4422 A.1, RFC 4752
** 3.1): without ours it would let us into its owner's mailbox. */
static int set_all(struct sat_sasl *x, const struct sat_sasl_request *r) {
  bool named = is(x, "EXTERNAL") || is(x, "GSSAPI");
  const char *authzid = r->authzid;
  if (named && authzid == NULL) authzid = r->user;
  if (set(x, GSASL_AUTHID, r->user) < 0) return -1;
  if (set(x, GSASL_AUTHZID, authzid) < 0) return -1;
  if (set(x, GSASL_PASSWORD, r->password) < 0) return -1;
  if (set(x, GSASL_SERVICE, r->service) < 0) return -1;
  return set(x, GSASL_HOSTNAME, r->host);
}

static bool needs_password(const struct sat_sasl *x) {
  return !is(x, "GSSAPI") && !is(x, "GS2-KRB5") && !is(x, "EXTERNAL") &&
         !is(x, "ANONYMOUS");
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

static int explain_kerberos(struct sat_sasl *x) {
  const char *host = gsasl_property_fast(x->session, GSASL_HOSTNAME);
  const char *service = gsasl_property_fast(x->session, GSASL_SERVICE);
  x->hint = "get a ticket by kinit (klist shows what there is; the url has "
            "to name the host as Kerberos does), or give a password";
  return sat_error_set(&x->err, SAT_E_AUTH,
                       "there is no Kerberos ticket, or none for %s/%s",
                       service != NULL ? service : "?",
                       host != NULL ? host : "?");
}

static int explain(struct sat_sasl *x, int code) {
  switch (code) {
    case GSASL_MALLOC_ERROR:
      return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
    case GSASL_SASLPREP_ERROR:
      return sat_error_set(&x->err, SAT_E_UNSUPPORTED,
                           "the user or the password has characters that "
                           "%s does not allow (RFC 4013)", x->mechanism);
    case GSASL_AUTHENTICATION_ERROR:
      x->hint = "this may be somebody else than the server: do not go on";
      return sat_error_set(&x->err, SAT_E_AUTH,
                           "the server does not prove by %s that it knows "
                           "the password", x->mechanism);
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
  code = gsasl_step(x->session, p != NULL ? input : NULL, n, &answer,
                    &answer_n);
  if (code == GSASL_OK || code == GSASL_NEEDS_MORE)
    sat_buf_put(out, answer, answer_n);
  else
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
      GSASL_PASSWORD, GSASL_DIGEST_MD5_HASHED_PASSWORD};
  for (size_t i = 0; x->session != NULL && i < sizeof secrets / sizeof *secrets;
       i++)
    wipe(x, secrets[i]);
  if (x->session != NULL) gsasl_finish(x->session);
  if (x->gsasl != NULL) gsasl_done(x->gsasl);
}

const struct sat_sasl_kind sat_sasl_gsasl = {open_gsasl, step_gsasl,
                                             close_gsasl};
