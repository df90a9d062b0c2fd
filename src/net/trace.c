#include "net/trace.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* headers whose whole value is secret */
static const char *const secret_headers[] = {
    "authorization", "proxy-authorization", "cookie",
    "set-cookie",    "x-api-key",           "x-auth-token",
    "authentication-info", NULL};

/* headers of which the first word, the scheme, is kept */
static const char *const challenges[] = {"www-authenticate",
                                         "proxy-authenticate", NULL};

/* commands of line protocols after which secrets follow */
static const char *const commands[] = {"PASS ", "LOGIN ", "APOP ", NULL};

/* names whose values are secret in forms, queries, JSON and options */
static const char *const secret_names[] = {
    "password",      "passwd",       "client_secret", "access_token",
    "refresh_token", "device_code",  "id_token",      "code_verifier",
    "assertion",     "client_assertion", NULL};

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool listed(const char *const *list, const char *s, size_t n) {
  for (; *list != NULL; list++)
    if (strlen(*list) == n && strncasecmp(*list, s, n) == 0) return true;
  return false;
}

/* "Basic dTpw" -> "Basic ***", "NTLM" -> "NTLM" */
static void mask_value(struct sat_buf *out, const char *s, size_t n) {
  size_t word = 0;
  while (word < n && is_word(s[word])) word++;
  if (word > 0 && (word == n || s[word] == ' ')) {
    sat_buf_put(out, s, word);
    if (word < n) sat_buf_str(out, " ***");
  } else {
    sat_buf_str(out, "***");
  }
}

/* a header line with a secret; false if it is none */
static bool mask_header(struct sat_buf *out, const char *s, size_t n) {
  const char *colon = memchr(s, ':', n);
  size_t name = colon != NULL ? (size_t)(colon - s) : 0;
  size_t value = name + 1;
  bool cookie;
  if (colon == NULL) return false;
  if (!listed(secret_headers, s, name) && !listed(challenges, s, name))
    return false;
  while (value < n && s[value] == ' ') value++;
  sat_buf_put(out, s, value);
  cookie = name >= 6 && strncasecmp(s + name - 6, "cookie", 6) == 0;
  if (cookie)
    sat_buf_str(out, "***");
  else
    mask_value(out, s + value, n - value);
  return true;
}

/* "PASS x", "a1 LOGIN u p": everything behind the command */
static bool mask_command(struct sat_buf *out, const char *s, size_t n) {
  size_t tag = 0;
  while (tag < n && is_word(s[tag])) tag++;
  tag = tag < n && s[tag] == ' ' ? tag + 1 : 0;
  for (const char *const *c = commands; *c != NULL; c++) {
    size_t m = strlen(*c);
    size_t at = n >= m && strncasecmp(s, *c, m) == 0 ? m : 0;
    if (at == 0 && n - tag >= m && strncasecmp(s + tag, *c, m) == 0)
      at = tag + m;
    if (at == 0) continue;
    sat_buf_put(out, s, at);
    sat_buf_str(out, "***");
    return true;
  }
  return false;
}

/* the length of a secret's name that begins at s, or 0 */
static size_t name_at(const char *s, size_t n) {
  for (const char *const *l = secret_names; *l != NULL; l++) {
    size_t m = strlen(*l);
    if (n > m && strncasecmp(*l, s, m) == 0 && !is_word(s[m])) return m;
  }
  return 0;
}

/* the length of '=' or '":' and what stands around it, or 0 */
static size_t separator(const char *s, size_t n) {
  size_t i = 0;
  if (i < n && (s[i] == '"' || s[i] == '\'')) i++;
  while (i < n && s[i] == ' ') i++;
  if (i == n || (s[i] != '=' && s[i] != ':')) return 0;
  i++;
  while (i < n && s[i] == ' ') i++;
  return i;
}

/* the length of a value: up to its quote, or to the end of a form's field */
static size_t value_length(const char *s, size_t n) {
  size_t i = 1;
  if (n > 0 && (s[0] == '"' || s[0] == '\'')) {
    for (; i < n && s[i] != s[0]; i++)
      if (s[i] == '\\') i++;
    return i < n ? i + 1 : n;
  }
  for (i = 0; i < n && s[i] != '&' && s[i] != ' ' && s[i] != ',';) i++;
  return i;
}

static void mask_pairs(struct sat_buf *out, const char *s, size_t n) {
  for (size_t i = 0; i < n;) {
    bool begins = i == 0 || !is_word(s[i - 1]);
    size_t name = begins ? name_at(s + i, n - i) : 0;
    size_t gap = name != 0 ? separator(s + i + name, n - i - name) : 0;
    if (gap == 0) {
      sat_buf_u8(out, (unsigned char)s[i++]);
      continue;
    }
    sat_buf_put(out, s + i, name + gap);
    sat_buf_str(out, "***");
    i += name + gap;
    i += value_length(s + i, n - i);
  }
}

static void mask_line(struct sat_buf *out, const char *s, size_t n) {
  if (mask_header(out, s, n) || mask_command(out, s, n)) return;
  mask_pairs(out, s, n);
}

void sat_trace_mask(struct sat_buf *out, const char *text, size_t n) {
  while (n > 0) {
    const char *end = memchr(text, '\n', n);
    size_t line = end != NULL ? (size_t)(end - text) : n;
    size_t kept = line > 0 && text[line - 1] == '\r' ? line - 1 : line;
    mask_line(out, text, kept);
    if (end == NULL) return;
    sat_buf_u8(out, '\n');
    text += line + 1;
    n -= line + 1;
  }
}

static struct sat_trace_event *more(struct sat_trace *t, bool sent) {
  struct sat_trace_event *v;
  if (t->n > 0 && t->v[t->n - 1].sent == sent &&
      t->v[t->n - 1].bytes == 0)
    return &t->v[t->n - 1];
  v = realloc(t->v, (t->n + 1) * sizeof *v);
  if (v == NULL) return NULL;
  t->v = v;
  memset(&v[t->n], 0, sizeof *v);
  v[t->n].sent = sent;
  return &v[t->n++];
}

void sat_trace_head(struct sat_trace *t, bool sent, const char *text,
                    size_t n) {
  struct sat_trace_event *e = more(t, sent);
  if (e != NULL) sat_trace_mask(&e->head, text, n);
}

void sat_trace_body(struct sat_trace *t, bool sent, size_t n) {
  for (size_t i = t->n; i > 0; i--) {
    if (t->v[i - 1].sent != sent) continue;
    t->v[i - 1].bytes += n;
    return;
  }
}

void sat_trace_free(struct sat_trace *t) {
  for (size_t i = 0; i < t->n; i++) sat_buf_free(&t->v[i].head);
  free(t->v);
  t->v = NULL;
  t->n = 0;
}
