/*
** SCRAM-SHA-1 and SCRAM-SHA-256, with and without -PLUS (RFC 5802, RFC
** 7677).  libgsasl has them too, but cannot say that we could bind to the
** channel where the server does not offer it ("y"), by which a server that
** does finds out that its offer was taken away; nor does it bind to the end
** point.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "net/digest.h"
#include "net/sasl_state.h"
#include "net/scram.h"

/* more would stop everything else for seconds */
#define MOST_ROUNDS 1000000
#define NONCE 18
#define MOST_SALT 1024

struct sat_sasl_scram {
  bool sha256;
  char *password;            /* prepared */
  struct sat_buf header;     /* gs2-header */
  struct sat_buf binding;    /* of the channel: c= */
  struct sat_buf bare;       /* client-first-message-bare */
  char nonce[64];
  uint8_t signature[SAT_SCRAM_MOST]; /* what the server must show */
  size_t signature_n;
  int at;                    /* messages that we have sent */
};

static int no_memory(struct sat_sasl *x) {
  return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
}

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), m = strlen(end);
  return n >= m && strcmp(s + n - m, end) == 0;
}

/* What Unicode did not have in 2002 is allowed in what one logs on with (RFC
** 4013 2.5), for which libgsasl 2.2.0 takes the flag the wrong way round. */
static int saslprep(const char *s, char **out) {
  int code = gsasl_saslprep(s, GSASL_ALLOW_UNASSIGNED, out, NULL);
  return code == GSASL_SASLPREP_ERROR ? gsasl_saslprep(s, 0, out, NULL)
                                      : code;
}

/* a name or password as RFC 4013 has it; NULL after recording an error */
static char *prepared(struct sat_sasl *x, const char *s) {
  char *raw = NULL, *out = NULL;
  int code = saslprep(s, &raw);
  bool good = code == GSASL_OK && raw[0] != '\0';
  if (good) out = sat_secret_copy(raw, strlen(raw));
  if (code == GSASL_MALLOC_ERROR || (good && out == NULL))
    no_memory(x);
  else if (!good)
    sat_error_set(&x->err, SAT_E_INVALID,
                  "the user or the password is empty or has characters that "
                  "SASL does not allow (RFC 4013)");
  if (raw != NULL) sat_secret_wipe(raw, strlen(raw));
  gsasl_free(raw);
  return out;
}

/* "=" and "," have their own way in names (RFC 5802 5.1) */
static int put_name(struct sat_sasl *x, struct sat_buf *b, const char *name) {
  char *s = prepared(x, name);
  if (s == NULL) return -1;
  for (const char *p = s; *p != '\0'; p++) {
    if (*p == ',')
      sat_buf_str(b, "=2C");
    else if (*p == '=')
      sat_buf_str(b, "=3D");
    else
      sat_buf_put(b, p, 1);
  }
  sat_secret_free(&s);
  return 0;
}

/* The binding that both know: RFC 9266 for TLS 1.3, tls-unique for what was
** before, else the end point's. */
static const char *bind_channel(struct sat_sasl *x,
                                const struct sat_stream *stream) {
  static const char *const types[] = {"tls-unique", "tls-exporter",
                                      "tls-server-end-point"};
  for (size_t i = 0; stream != NULL && i < sizeof types / sizeof *types; i++)
    if (sat_stream_binding(stream, types[i], &x->scram->binding))
      return types[i];
  return NULL;
}

static int put_header(struct sat_sasl *x, const struct sat_sasl_request *r) {
  struct sat_sasl_scram *s = x->scram;
  bool plus = ends_with(x->mechanism, "-PLUS");
  const char *type = bind_channel(x, r->stream);
  if (plus && type == NULL)
    return sat_error_set(&x->err, SAT_E_UNSUPPORTED,
                         "%s needs TLS on this connection", x->mechanism);
  if (plus) {
    sat_buf_str(&s->header, "p=");
    sat_buf_str(&s->header, type);
  } else {
    sat_buf_str(&s->header, type != NULL ? "y" : "n");
    sat_sasl_forget(&s->binding);
  }
  sat_buf_str(&s->header, ",");
  if (r->authzid != NULL) {
    sat_buf_str(&s->header, "a=");
    if (put_name(x, &s->header, r->authzid) < 0) return -1;
  }
  sat_buf_str(&s->header, ",");
  return 0;
}

static int make_nonce(struct sat_sasl *x, const char *given) {
  struct sat_sasl_scram *s = x->scram;
  struct sat_buf text = {0};
  uint8_t bytes[NONCE];
  if (given != NULL) {
    snprintf(s->nonce, sizeof s->nonce, "%s", given);
    return 0;
  }
  if (!sat_random_bytes(bytes, sizeof bytes))
    return sat_error_set(&x->err, SAT_E_SERVER, "no random numbers here");
  sat_base64_encode(&text, bytes, sizeof bytes);
  if (!text.failed)
    snprintf(s->nonce, sizeof s->nonce, "%.*s", (int)text.n, (char *)text.p);
  sat_buf_free(&text);
  return s->nonce[0] != '\0' ? 0 : no_memory(x);
}

static int open_scram(struct sat_sasl *x, const struct sat_sasl_request *r) {
  struct sat_sasl_scram *s = calloc(1, sizeof *s);
  if (s == NULL) return no_memory(x);
  x->scram = s;
  if (r->user == NULL || r->password == NULL)
    return sat_error_set(&x->err, SAT_E_INVALID,
                         "%s needs a user and a password", x->mechanism);
  s->sha256 = strncmp(x->mechanism, "SCRAM-SHA-256", 13) == 0;
  s->password = prepared(x, r->password);
  if (s->password == NULL || put_header(x, r) < 0 ||
      make_nonce(x, r->nonce) < 0)
    return -1;
  sat_buf_str(&s->bare, "n=");
  if (put_name(x, &s->bare, r->user) < 0) return -1;
  sat_buf_str(&s->bare, ",r=");
  sat_buf_str(&s->bare, s->nonce);
  return s->bare.failed || s->header.failed ? no_memory(x) : 0;
}

static int nonsense(struct sat_sasl *x, const char *what) {
  return sat_error_set(&x->err, SAT_E_PROTOCOL,
                       "the server's part of %s makes no sense: %s",
                       x->mechanism, what);
}

/* The value of the next attribute, which must have this name; it ends at a
** comma or at the end.  NULL: there is none. */
static const char *attribute(const char **p, const char *end, char name,
                             size_t *n_r) {
  const char *value = *p + 2, *comma;
  if (end - *p < 2 || (*p)[0] != name || (*p)[1] != '=') return NULL;
  comma = memchr(value, ',', (size_t)(end - value));
  *n_r = (size_t)((comma != NULL ? comma : end) - value);
  *p = comma != NULL ? comma + 1 : end;
  return value;
}

struct challenge {
  const char *nonce;
  size_t nonce_n;
  struct sat_buf salt;
  unsigned rounds;
};

static unsigned number(const char *s, size_t n) {
  unsigned v = 0;
  for (size_t i = 0; i < n; i++) {
    if (s[i] < '0' || s[i] > '9') return 0;
    if (v <= MOST_ROUNDS) v = v * 10 + (unsigned)(s[i] - '0');
  }
  return v;
}

/* RFC 5802 7: server-first-message */
static int read_challenge(struct sat_sasl *x, const char *p, size_t n,
                          struct challenge *c) {
  const char *end = p + n, *value;
  size_t own = strlen(x->scram->nonce), value_n;
  c->nonce = attribute(&p, end, 'r', &c->nonce_n);
  if (c->nonce == NULL) return nonsense(x, "no nonce");
  if (c->nonce_n <= own || memcmp(c->nonce, x->scram->nonce, own) != 0)
    return nonsense(x, "the nonce is not ours");
  value = attribute(&p, end, 's', &value_n);
  if (value == NULL || value_n > MOST_SALT ||
      !sat_base64_decode(&c->salt, value, value_n) || c->salt.n == 0)
    return nonsense(x, "no salt");
  value = attribute(&p, end, 'i', &value_n);
  c->rounds = value != NULL ? number(value, value_n) : 0;
  if (c->rounds == 0) return nonsense(x, "no number of rounds");
  if (c->rounds <= MOST_ROUNDS) return 0;
  return sat_error_set(&x->err, SAT_E_LIMIT,
                       "the server asks for more than %d rounds of %s",
                       MOST_ROUNDS, x->mechanism);
}

/* c=…,r=…: what is not yet proven */
static void put_final(struct sat_sasl_scram *s, const struct challenge *c,
                      struct sat_buf *out) {
  struct sat_buf both = {0};
  sat_buf_put(&both, s->header.p, s->header.n);
  sat_buf_put(&both, s->binding.p, s->binding.n);
  sat_buf_str(out, "c=");
  sat_base64_encode(out, both.p, both.n);
  sat_buf_str(out, ",r=");
  sat_buf_put(out, c->nonce, c->nonce_n);
  if (both.failed) out->failed = true;
  sat_sasl_forget(&both);
}

static int prove(struct sat_sasl *x, const struct challenge *c,
                 const struct sat_buf *message, struct sat_buf *out) {
  struct sat_sasl_scram *s = x->scram;
  struct sat_scram_keys keys;
  uint8_t proof[SAT_SCRAM_MOST];
  bool ok = sat_scram_derive(s->sha256, s->password, c->salt.p, c->salt.n,
                             c->rounds, &keys) &&
            sat_scram_prove(s->sha256, &keys, (const char *)message->p,
                            message->n, proof, s->signature);
  s->signature_n = keys.n;
  if (ok) {
    sat_buf_str(out, ",p=");
    sat_base64_encode(out, proof, keys.n);
  }
  sat_secret_wipe(&keys, sizeof keys);
  sat_secret_wipe(proof, sizeof proof);
  sat_secret_free(&s->password);
  if (ok) return 0;
  return sat_error_set(&x->err, SAT_E_SERVER, "no digests for %s here",
                       x->mechanism);
}

static int answer(struct sat_sasl *x, const char *p, size_t n,
                  struct sat_buf *out) {
  struct sat_sasl_scram *s = x->scram;
  struct challenge c = {0};
  struct sat_buf message = {0}, final = {0};
  int result = read_challenge(x, p, n, &c);
  if (result == 0) {
    put_final(s, &c, &final);
    sat_buf_put(&message, s->bare.p, s->bare.n);
    sat_buf_str(&message, ",");
    sat_buf_put(&message, p, n);
    sat_buf_str(&message, ",");
    sat_buf_put(&message, final.p, final.n);
    sat_buf_put(out, final.p, final.n);
    result = message.failed || final.failed ? no_memory(x)
                                            : prove(x, &c, &message, out);
  }
  sat_buf_free(&c.salt);
  sat_buf_free(&message);
  sat_buf_free(&final);
  return result;
}

/* RFC 5802 7: server-final-message */
static int verify(struct sat_sasl *x, const char *p, size_t n) {
  struct sat_sasl_scram *s = x->scram;
  const char *end = p + n, *value;
  struct sat_buf got = {0};
  size_t value_n;
  bool same;
  if (n >= 2 && memcmp(p, "e=", 2) == 0) {
    value = attribute(&p, end, 'e', &value_n);
    sat_sasl_note_reason(x, value, value_n);
    return sat_error_set(&x->err, SAT_E_AUTH, "the server refused %s: %s",
                         x->mechanism, x->reason);
  }
  value = attribute(&p, end, 'v', &value_n);
  same = value != NULL && sat_base64_decode(&got, value, value_n) &&
         got.n == s->signature_n &&
         sat_scram_equal(got.p, s->signature, got.n);
  sat_buf_free(&got);
  if (same) return 1;
  x->hint = "this may be somebody else than the server: do not go on";
  return sat_error_set(&x->err, SAT_E_AUTH,
                       "the server does not prove by %s that it knows the "
                       "password", x->mechanism);
}

static int step_scram(struct sat_sasl *x, const void *p, size_t n,
                      struct sat_buf *out) {
  struct sat_sasl_scram *s = x->scram;
  if (s->at < 3) s->at++;
  if (s->at == 1) {
    sat_buf_put(out, s->header.p, s->header.n);
    sat_buf_put(out, s->bare.p, s->bare.n);
    return 0;
  }
  return s->at == 2 ? answer(x, p, n, out) : verify(x, p, n);
}

static void close_scram(struct sat_sasl *x) {
  struct sat_sasl_scram *s = x->scram;
  if (s == NULL) return;
  sat_secret_free(&s->password);
  sat_buf_free(&s->header);
  sat_buf_free(&s->bare);
  sat_sasl_forget(&s->binding);
  sat_secret_wipe(s->signature, sizeof s->signature);
  free(s);
}

const struct sat_sasl_kind sat_sasl_scram = {open_scram, step_scram,
                                             close_scram};
