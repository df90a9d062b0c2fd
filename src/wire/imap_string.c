/*
** The strings of IMAP (RFC 9051 4.3): quoted, literal, literal8, NIL, and
** what may be an atom instead; names of mailboxes.
*/
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "wire/imap_parser.h"
#include "wire/imap_utf7.h"

/* Copies n bytes of a quoted string without its backslashes. */
static bool unescape(struct sat_imap_parser *p, struct sat_bytes *v) {
  uint8_t *out = sat_reader_alloc(&p->r, v->n);
  size_t k = 0;
  if (out == NULL) return false;
  for (size_t i = 0; i < v->n; i++) {
    if (v->p[i] == '\\' && i + 1 < v->n &&
        (v->p[i + 1] == '"' || v->p[i + 1] == '\\'))
      i++;
    out[k++] = v->p[i];
  }
  v->p = out;
  v->n = (uint32_t)k;
  return true;
}

/* quoted: any byte but CR, LF and NUL; "\" before itself and a quote, and
** elsewhere for itself (QUIRKS 33).  Bytes above 127 are UTF-8 (RFC 9051 4.3,
** RFC 6855 3), or whatever a server has found in a message (QUIRKS 22). */
static bool get_quoted(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  const uint8_t *start = p->r.p, *at = start;
  bool escaped = false;
  for (; at < p->r.end && *at != '"'; at++) {
    if (*at == '\\' && p->r.end - at > 1 && (at[1] == '"' || at[1] == '\\')) {
      escaped = true;
      at++;
    } else if (*at == '\r' || *at == '\n' || *at == '\0') {
      p->r.p = at;
      sat_reader_fail(&p->r, "0x%02x within quotes", *at);
      return false;
    }
  }
  p->r.p = at;
  v_r->p = start;
  v_r->n = (uint32_t)(at - start);
  return sat_imap_get_char(p, '"') && (!escaped || unescape(p, v_r));
}

/* literal, behind its "{" (RFC 9051 4.3).  A zero byte, which only literal8
** may have, is left in it (QUIRKS 23). */
static bool get_literal(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  uint64_t n;
  if (!sat_imap_get_number(p, &n)) return false;
  if (!sat_imap_get_char(p, '}') || !sat_imap_get_char(p, '\r') ||
      !sat_imap_get_char(p, '\n'))
    return false;
  if (n > UINT32_MAX || n > sat_reader_left(&p->r)) {
    sat_reader_fail(&p->r, "the literal is truncated");
    return false;
  }
  v_r->p = p->r.p;
  v_r->n = (uint32_t)n;
  p->r.p += n;
  return true;
}

bool sat_imap_get_string(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  if (sat_imap_try_char(p, '"')) return get_quoted(p, v_r);
  if (sat_imap_try_char(p, '{')) return get_literal(p, v_r);
  sat_reader_fail(&p->r, "expected a string");
  return false;
}

bool sat_imap_get_nstring(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  v_r->p = NULL;
  v_r->n = 0;
  if (sat_imap_try_char(p, '"')) return get_quoted(p, v_r);
  return sat_imap_try_word(p, "NIL") || sat_imap_get_string(p, v_r);
}

bool sat_imap_at_nil(const struct sat_imap_parser *p) {
  size_t left = (size_t)(p->r.end - p->r.p);
  return left >= 3 && strncasecmp((const char *)p->r.p, "NIL", 3) == 0 &&
         (left == 3 || !sat_imap_is_atom_char(p->r.p[3]));
}

bool sat_imap_get_nstring8(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  if (!sat_imap_try_char(p, '~')) return sat_imap_get_nstring(p, v_r);
  return sat_imap_get_char(p, '{') && get_literal(p, v_r);
}

/* astring: 1*ASTRING-CHAR / string */
bool sat_imap_get_astring(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  const uint8_t *start = p->r.p;
  int c = sat_imap_peek(p);
  if (c == '"' || c == '{') return sat_imap_get_string(p, v_r);
  if (c != ']' && !sat_imap_get_atom(p, v_r)) return false;
  while (sat_imap_try_char(p, ']'))
    if (sat_imap_is_atom_char(sat_imap_peek(p))) sat_imap_get_atom(p, v_r);
  v_r->p = start;
  v_r->n = (uint32_t)(p->r.p - start);
  return true;
}

/*
** Names
*/
bool sat_imap_decode_name(struct sat_imap_parser *p, struct sat_bytes raw,
                          struct sat_bytes *v_r) {
  char *out;
  ssize_t n;
  *v_r = raw;
  if (p->utf8 || raw.n == 0 || memchr(raw.p, '&', raw.n) == NULL) return true;
  out = sat_reader_alloc(&p->r, SAT_IMAP_UTF7_ROOM((size_t)raw.n));
  if (out == NULL) return false;
  n = sat_imap_utf7_decode(out, SAT_IMAP_UTF7_NAME, (const char *)raw.p,
                           raw.n);
  if (n < 0) return true;
  v_r->p = (const uint8_t *)out;
  v_r->n = (uint32_t)n;
  return true;
}

/* mailbox: "INBOX" in any case is INBOX (RFC 9051 5.1) */
bool sat_imap_get_name(struct sat_imap_parser *p, struct sat_imap_name *v_r) {
  static const uint8_t inbox[] = "INBOX";
  if (!sat_imap_get_astring(p, &v_r->raw)) return false;
  if (!sat_imap_is(v_r->raw, "INBOX"))
    return sat_imap_decode_name(p, v_r->raw, &v_r->name);
  v_r->name.p = inbox;
  v_r->name.n = sizeof inbox - 1;
  return true;
}

/*
** Values of extensions
*/
static bool skip_value(struct sat_imap_parser *p);

static bool skip_list(struct sat_imap_parser *p) {
  bool first = true, ok;
  if (!sat_reader_down(&p->r)) return false;
  while (sat_imap_more(p, &first, &ok))
    if (!skip_value(p)) return false;
  sat_reader_up(&p->r);
  return ok;
}

/* atoms, numbers, sets and flags, and what is made of them by brackets */
static bool skip_run(struct sat_imap_parser *p) {
  const uint8_t *start = p->r.p;
  while (p->r.p < p->r.end && *p->r.p > ' ' && *p->r.p != 0x7f &&
         *p->r.p != '(' && *p->r.p != ')' && *p->r.p != '"' &&
         *p->r.p != '{')
    p->r.p++;
  if (p->r.p > start) return true;
  sat_reader_fail(&p->r, "expected a value");
  return false;
}

static bool skip_value(struct sat_imap_parser *p) {
  struct sat_bytes v;
  int c = sat_imap_peek(p);
  if (c == '(') {
    p->r.p++;
    return skip_list(p);
  }
  if (c == '~' && p->r.end - p->r.p > 1 && p->r.p[1] == '{')
    return sat_imap_get_nstring8(p, &v);
  if (c == '"' || c == '{') return sat_imap_get_string(p, &v);
  return skip_run(p);
}

bool sat_imap_get_raw(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  v_r->p = p->r.p;
  if (!skip_value(p)) return false;
  v_r->n = (uint32_t)(p->r.p - v_r->p);
  return true;
}
