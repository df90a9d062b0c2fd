/*
** Sections of a message in FETCH (RFC 9051 6.4.5.1, 7.5.2; RFC 3516 4.3):
** BODY[…]<…>, BINARY[…], BINARY.SIZE[…].  Their names are kept in one form:
** upper case, the fields of a header as they came in upper case.
*/
#include <string.h>

#include "wire/imap_parser.h"

#define NAME_MAX 4096 /* bytes of a name */

/* a name while it is put together */
struct key {
  size_t n;
  bool full;
  uint8_t p[NAME_MAX];
};

static void put(struct key *k, const void *p, size_t n) {
  const uint8_t *s = p;
  if (n > NAME_MAX - k->n) {
    k->full = true;
    return;
  }
  for (size_t i = 0; i < n; i++)
    k->p[k->n++] = s[i] >= 'a' && s[i] <= 'z' ? (uint8_t)(s[i] - 32) : s[i];
}

static void put_text(struct key *k, const char *s) { put(k, s, strlen(s)); }

/* section-part: nz-number *("." nz-number), and the "." behind it */
static bool get_part(struct sat_imap_parser *p, struct key *k) {
  const uint8_t *start = p->r.p;
  uint32_t v;
  do {
    if (!sat_imap_get_nz_number(p, &v)) return false;
  } while (sat_imap_try_char(p, '.') && sat_imap_peek(p) >= '0' &&
           sat_imap_peek(p) <= '9');
  put(k, start, (size_t)(p->r.p - start));
  return true;
}

static bool is_plain(struct sat_bytes field) {
  for (size_t i = 0; i < field.n; i++)
    if (field.p[i] != ']' && !sat_imap_is_atom_char(field.p[i])) return false;
  return field.n > 0;
}

/* RFC 5322 2.2: what no field's name can hold */
static bool is_strange(struct sat_bytes field) {
  for (size_t i = 0; i < field.n; i++)
    if (field.p[i] < ' ' || field.p[i] == '"' || field.p[i] == '\\')
      return true;
  return false;
}

/* one field's name of a header-list; what is no atom stays quoted */
static bool get_field(struct sat_imap_parser *p, struct key *k) {
  struct sat_bytes field;
  if (!sat_imap_get_astring(p, &field)) return false;
  if (is_strange(field)) {
    sat_reader_fail(&p->r, "no field has such a name");
    return false;
  }
  if (!is_plain(field)) put_text(k, "\"");
  put(k, field.p, field.n);
  if (!is_plain(field)) put_text(k, "\"");
  return true;
}

/* header-list */
static bool get_fields(struct sat_imap_parser *p, struct key *k) {
  bool first = true, ok;
  if (!sat_imap_get_space(p) || !sat_imap_get_char(p, '(')) return false;
  put_text(k, " (");
  while (sat_imap_more(p, &first, &ok)) {
    if (k->p[k->n - 1] != '(') put_text(k, " ");
    if (!get_field(p, k)) return false;
  }
  put_text(k, ")");
  return ok;
}

/* section-msgtext / "MIME", of which the latter needs a part; section-binary
** has none of them */
static bool get_text(struct sat_imap_parser *p, struct key *k, bool part,
                     bool binary) {
  static const char *const words[] = {"HEADER", "TEXT", "MIME"};
  static const char *const lists[] = {"HEADER.FIELDS", "HEADER.FIELDS.NOT"};
  for (size_t i = 0; i < (binary ? 0 : part ? 3 : 2); i++)
    if (sat_imap_try_word(p, words[i])) {
      put_text(k, words[i]);
      return true;
    }
  for (size_t i = 0; i < (binary ? 0 : 2); i++)
    if (sat_imap_try_word(p, lists[i])) {
      put_text(k, lists[i]);
      return get_fields(p, k);
    }
  sat_reader_fail(&p->r, "expected a section");
  return false;
}

/* section: "[" [section-spec] "]"; section-binary: "[" [section-part] "]" */
static bool get_section(struct sat_imap_parser *p, struct key *k,
                        bool binary) {
  int c;
  put_text(k, "[");
  if (!sat_imap_get_char(p, '[')) return false;
  c = sat_imap_peek(p);
  if (c >= '0' && c <= '9') {
    if (!get_part(p, k)) return false;
    if (k->p[k->n - 1] == '.' && !get_text(p, k, true, binary)) return false;
  } else if (c != ']' && !get_text(p, k, false, binary)) {
    return false;
  }
  put_text(k, "]");
  return sat_imap_get_char(p, ']');
}

static bool keep(struct sat_imap_parser *p, const struct key *k,
                 struct sat_bytes *v_r) {
  uint8_t *copy;
  if (k->full) {
    sat_reader_fail(&p->r, "the name of the section is too long");
    return false;
  }
  copy = sat_reader_alloc(&p->r, k->n);
  if (copy == NULL) return false;
  memcpy(copy, k->p, k->n);
  v_r->p = copy;
  v_r->n = (uint32_t)k->n;
  return true;
}

static struct sat_imap_section *append(struct sat_imap_parser *p,
                                       struct sat_imap_fetch *o) {
  struct sat_imap_section *s = SAT_IMAP_NEW(p, struct sat_imap_section);
  if (s == NULL) return NULL;
  if (o->last_section != NULL) o->last_section->next = s;
  else o->sections = s;
  return o->last_section = s;
}

/* "<" number ">" */
static bool get_origin(struct sat_imap_parser *p,
                       struct sat_imap_section *s) {
  if (!sat_imap_try_char(p, '<')) return true;
  return sat_imap_get_said(p, &s->origin) && sat_imap_get_char(p, '>');
}

/* SP (nstring / literal8); nothing at all is taken for NIL (QUIRKS 34) */
static bool get_bytes(struct sat_imap_parser *p, struct sat_imap_section *s) {
  if (sat_imap_peek(p) == ')') return true;
  if (!sat_imap_get_space(p)) return false;
  return sat_imap_peek(p) == ')' || sat_imap_get_nstring8(p, &s->bytes);
}

/* "BODY" section ["<" number ">"] SP nstring;
** "BINARY" section-binary SP (nstring / literal8), where an origin is allowed
** by RFC 3516 and not by RFC 9051 (errata) */
bool sat_imap_parse_section(struct sat_imap_parser *p,
                            struct sat_imap_fetch *o, const char *item) {
  struct sat_imap_section *s = append(p, o);
  struct key k;
  k.n = 0;
  k.full = false;
  put_text(&k, item);
  return s != NULL && get_section(p, &k, strcmp(item, "BINARY") == 0) &&
         keep(p, &k, &s->key) && get_origin(p, s) && get_bytes(p, s);
}

/* RFC822, RFC822.HEADER, RFC822.TEXT: SP nstring (RFC 3501 7.4.2) */
bool sat_imap_parse_rfc822(struct sat_imap_parser *p,
                           struct sat_imap_fetch *o, const char *item) {
  struct sat_imap_section *s = append(p, o);
  if (s == NULL) return false;
  s->key.p = (const uint8_t *)item;
  s->key.n = (uint32_t)strlen(item);
  return sat_imap_get_space(p) && sat_imap_get_nstring(p, &s->bytes);
}

/* "BINARY.SIZE" section-binary SP number */
bool sat_imap_parse_binary_size(struct sat_imap_parser *p,
                                struct sat_imap_fetch *o) {
  struct sat_imap_binary_size *size;
  struct key k;
  k.n = 0;
  k.full = false;
  size = SAT_IMAP_NEW(p, struct sat_imap_binary_size);
  if (size == NULL || !get_section(p, &k, true)) return false;
  if (o->last_binary_size != NULL) o->last_binary_size->next = size;
  else o->binary_sizes = size;
  o->last_binary_size = size;
  if (!keep(p, &k, &size->key)) return false;
  size->key.p++;
  size->key.n -= 2;
  return sat_imap_get_space(p) && sat_imap_get_number(p, &size->size);
}
