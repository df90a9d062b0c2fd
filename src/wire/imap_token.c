/*
** The tokens of IMAP that are no strings (RFC 9051 9).
*/
#include <string.h>
#include <strings.h>

#include "wire/imap_parser.h"

/* sets of characters below 128, one bit each */
struct set {
  uint64_t bits[2];
};

/* ATOM-CHAR */
static const struct set atom_chars = {
    {0xfffff8da00000000, 0x77ffffffcfffffff}};
/* ASTRING-CHAR */
static const struct set flag_chars = {
    {0xfffff8da00000000, 0x77ffffffefffffff}};
/* ASTRING-CHAR without "+" */
static const struct set tag_chars = {{0xfffff0da00000000, 0x77ffffffefffffff}};
/* ATOM-CHAR without "[" */
static const struct set item_chars = {
    {0xfffff8da00000000, 0x77ffffffc7ffffff}};
static const struct set set_chars = {{0x07ff140000000000, 0}};

static bool in(const struct set *set, uint8_t c) {
  return c < 128 && (set->bits[c >> 6] >> (c & 63) & 1) != 0;
}

bool sat_imap_is_atom_char(int c) {
  return c >= 0 && in(&atom_chars, (uint8_t)c);
}

bool sat_imap_get_char(struct sat_imap_parser *p, char c) {
  if (sat_imap_try_char(p, c)) return true;
  sat_reader_fail(&p->r, "expected \"%c\"", c);
  return false;
}

bool sat_imap_get_space(struct sat_imap_parser *p) {
  if (sat_imap_try_char(p, ' ')) return true;
  sat_reader_fail(&p->r, "expected a space");
  return false;
}

bool sat_imap_try_word(struct sat_imap_parser *p, const char *word) {
  size_t n = strlen(word), left = (size_t)(p->r.end - p->r.p);
  if (left < n || strncasecmp((const char *)p->r.p, word, n) != 0 ||
      (left > n && in(&item_chars, p->r.p[n])))
    return false;
  p->r.p += n;
  return true;
}

bool sat_imap_next(struct sat_imap_parser *p) {
  const uint8_t *at = p->r.p;
  while (at < p->r.end && *at == ' ') at++;
  if (at < p->r.end) return true;
  p->r.p = at;
  return false;
}

bool sat_imap_more(struct sat_imap_parser *p, bool *first, bool *ok_r) {
  *ok_r = true;
  if (sat_imap_try_char(p, ')')) return false;
  if (!*first) *ok_r = sat_imap_get_space(p);
  *first = false;
  return *ok_r;
}

/* 1*x, of which 'what' says what it is */
static bool get_run(struct sat_imap_parser *p, const struct set *set,
                    const char *what, struct sat_bytes *v_r) {
  const uint8_t *start = p->r.p, *at = start;
  while (at < p->r.end && in(set, *at)) at++;
  if (at == start) {
    sat_reader_fail(&p->r, "expected %s", what);
    return false;
  }
  v_r->p = start;
  v_r->n = (uint32_t)(at - start);
  p->r.p = at;
  return true;
}

bool sat_imap_get_atom(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  return get_run(p, &atom_chars, "an atom", v_r);
}

bool sat_imap_get_item(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  return get_run(p, &item_chars, "a name", v_r);
}

bool sat_imap_get_tag(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  return get_run(p, &tag_chars, "a tag", v_r);
}

/* flag, flag-perm, mbx-list-flags: "\" atom / atom / "\*".  There may be
** "]" in it (QUIRKS 31), and it may be quoted (QUIRKS 32). */
bool sat_imap_get_flag(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  const uint8_t *start = p->r.p;
  bool system = sat_imap_try_char(p, '\\');
  if (!system && sat_imap_peek(p) == '"') return sat_imap_get_string(p, v_r);
  if (!system || !sat_imap_try_char(p, '*'))
    if (!get_run(p, &flag_chars, "a flag", v_r)) return false;
  v_r->p = start;
  v_r->n = (uint32_t)(p->r.p - start);
  return true;
}

bool sat_imap_get_number(struct sat_imap_parser *p, uint64_t *v_r) {
  const uint8_t *start = p->r.p;
  uint64_t v = 0;
  for (; p->r.p < p->r.end && *p->r.p >= '0' && *p->r.p <= '9'; p->r.p++) {
    uint64_t digit = (uint64_t)*p->r.p - '0';
    if (v > (INT64_MAX - digit) / 10) {
      sat_reader_fail(&p->r, "the number is too large");
      return false;
    }
    v = v * 10 + digit;
  }
  *v_r = v;
  if (p->r.p > start) return true;
  sat_reader_fail(&p->r, "expected a number");
  return false;
}

bool sat_imap_get_number32(struct sat_imap_parser *p, uint32_t *v_r) {
  uint64_t v;
  *v_r = 0;
  if (!sat_imap_get_number(p, &v)) return false;
  *v_r = (uint32_t)v;
  if (v <= UINT32_MAX) return true;
  sat_reader_fail(&p->r, "the number is too large");
  return false;
}

bool sat_imap_get_nz_number(struct sat_imap_parser *p, uint32_t *v_r) {
  if (!sat_imap_get_number32(p, v_r)) return false;
  if (*v_r > 0) return true;
  sat_reader_fail(&p->r, "0 is no number of a message");
  return false;
}

bool sat_imap_get_said(struct sat_imap_parser *p,
                       struct sat_imap_number *v_r) {
  v_r->said = sat_imap_get_number(p, &v_r->v);
  return v_r->said;
}

/* seq-number / seq-range; no response has "*" (RFC 9051 9, uid-set) */
static bool get_range(struct sat_imap_parser *p) {
  uint32_t v;
  return sat_imap_get_nz_number(p, &v) &&
         (!sat_imap_try_char(p, ':') || sat_imap_get_nz_number(p, &v));
}

/* sequence-set, uid-set */
bool sat_imap_get_set(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  const uint8_t *start = p->r.p;
  do {
    if (!get_range(p)) return false;
  } while (sat_imap_try_char(p, ','));
  v_r->p = start;
  v_r->n = (uint32_t)(p->r.p - start);
  if (sat_imap_at_end(p) || !in(&set_chars, *p->r.p)) return true;
  sat_reader_fail(&p->r, "the set is broken");
  return false;
}
