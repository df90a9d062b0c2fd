/*
** Response codes (RFC 9051 7.1, RFC 5530 and the extensions named below): a
** name, and what the table says of it.  A code that is not in the table, and
** one whose name says all, keep what follows the name as bytes.
*/
#include <string.h>

#include "wire/imap_parser.h"

typedef bool (*getter)(struct sat_imap_parser *p, struct sat_imap_code *o);

static bool get_value(struct sat_imap_parser *p, struct sat_imap_code *o) {
  return sat_imap_get_space(p) && sat_imap_get_said(p, &o->value);
}

/* "BADCHARSET" [SP "(" astring *(SP astring) ")"];
** RFC 5465 9: "BADEVENT" SP "(" event *(SP event) ")" */
static bool get_words(struct sat_imap_parser *p, struct sat_imap_code *o) {
  o->has_words = true;
  if (sat_imap_peek(p) == ']') return true;
  return sat_imap_get_space(p) &&
         sat_imap_get_words(p, sat_imap_get_astring, &o->words);
}

static bool get_flags(struct sat_imap_parser *p, struct sat_imap_code *o) {
  o->has_words = true;
  return sat_imap_get_space(p) &&
         sat_imap_get_words(p, sat_imap_get_flag, &o->words);
}

/* blanks before the "]" are skipped (QUIRKS 28) */
static bool ends(const struct sat_imap_parser *p) {
  const uint8_t *at = p->r.p;
  while (at < p->r.end && *at == ' ') at++;
  return at == p->r.end || *at == ']';
}

/* capability-data */
static bool get_capability(struct sat_imap_parser *p,
                           struct sat_imap_code *o) {
  struct sat_imap_word **end = &o->words;
  struct sat_bytes v;
  o->has_words = true;
  while (!ends(p))
    if (!sat_imap_get_space(p) || !sat_imap_get_atom(p, &v) ||
        !sat_imap_add_word(p, &end, v))
      return false;
  return true;
}

/* RFC 4315 3: "APPENDUID" SP nz-number SP append-uid, which is a set after
** MULTIAPPEND */
static bool get_appenduid(struct sat_imap_parser *p,
                          struct sat_imap_code *o) {
  return sat_imap_get_space(p) && sat_imap_get_said(p, &o->uidvalidity) &&
         sat_imap_get_space(p) && sat_imap_get_set(p, &o->uids);
}

/* atom [SP 1*<any TEXT-CHAR except "]">] */
static bool get_bytes(struct sat_imap_parser *p, struct sat_imap_code *o) {
  const uint8_t *end = memchr(p->r.p, ']', (size_t)(p->r.end - p->r.p));
  if (!sat_imap_try_char(p, ' ') || end == NULL) return true;
  o->raw.p = p->r.p;
  o->raw.n = (uint32_t)(end - p->r.p);
  p->r.p = end;
  return sat_imap_check_text(p, o->raw);
}

/* does a "*" stand before the end of the code? */
static bool has_star(const struct sat_imap_parser *p) {
  size_t n = (size_t)(p->r.end - p->r.p);
  const uint8_t *end = memchr(p->r.p, ']', n);
  return memchr(p->r.p, '*',
                end != NULL ? (size_t)(end - p->r.p) : n) != NULL;
}

/* RFC 4315 3: "COPYUID" SP nz-number SP uid-set SP uid-set.  A set that is
** the client's own, "*" and all, tells nothing (QUIRKS 54). */
static bool get_copyuid(struct sat_imap_parser *p, struct sat_imap_code *o) {
  if (has_star(p)) return get_bytes(p, o);
  return sat_imap_get_space(p) && sat_imap_get_said(p, &o->uidvalidity) &&
         sat_imap_get_space(p) && sat_imap_get_set(p, &o->from) &&
         sat_imap_get_space(p) && sat_imap_get_set(p, &o->to);
}

/* RFC 7162 3.1.3: "MODIFIED" SP sequence-set */
static bool get_modified(struct sat_imap_parser *p, struct sat_imap_code *o) {
  return sat_imap_get_space(p) && sat_imap_get_set(p, &o->uids);
}

/* RFC 8474 4.1: "MAILBOXID" SP "(" objectid ")" */
static bool get_mailboxid(struct sat_imap_parser *p,
                          struct sat_imap_code *o) {
  return sat_imap_get_space(p) && sat_imap_get_char(p, '(') &&
         sat_imap_get_astring(p, &o->detail) && sat_imap_get_char(p, ')');
}

/* RFC 5464 5: "METADATA" SP ("LONGENTRIES" SP number / "MAXSIZE" SP number /
** "TOOMANY" / "NOPRIVATE") */
static bool get_metadata(struct sat_imap_parser *p, struct sat_imap_code *o) {
  if (!sat_imap_get_space(p) || !sat_imap_get_atom(p, &o->detail) ||
      !sat_imap_upper(p, &o->detail))
    return false;
  return sat_imap_peek(p) == ']' || get_value(p, o);
}

static bool get_number_or_nil(struct sat_imap_parser *p,
                              struct sat_imap_number *o) {
  return sat_imap_get_space(p) &&
         (sat_imap_try_word(p, "NIL") || sat_imap_get_said(p, o));
}

/* RFC 9585 4: "INPROGRESS" [SP "(" (quoted / nil) SP (number / nil) SP
** (number / nil) ")"] */
static bool get_inprogress(struct sat_imap_parser *p,
                           struct sat_imap_code *o) {
  if (sat_imap_peek(p) == ']') return true;
  return sat_imap_get_space(p) && sat_imap_get_char(p, '(') &&
         sat_imap_get_nstring(p, &o->tag) &&
         get_number_or_nil(p, &o->value) && get_number_or_nil(p, &o->goal) &&
         sat_imap_get_char(p, ')');
}

/* RFC 5267 4.3: "NOUPDATE" SP quoted */
static bool get_noupdate(struct sat_imap_parser *p, struct sat_imap_code *o) {
  return sat_imap_get_space(p) && sat_imap_get_string(p, &o->tag);
}

static const struct {
  const char *name;
  getter get;
} codes[] = {
    {"UIDVALIDITY", get_value},
    {"UIDNEXT", get_value},
    {"UNSEEN", get_value},
    {"HIGHESTMODSEQ", get_value}, /* RFC 7162 3.1.2.1 */
    {"APPENDLIMIT", get_value},   /* RFC 7889 3 */
    {"PERMANENTFLAGS", get_flags},
    {"CAPABILITY", get_capability},
    {"APPENDUID", get_appenduid},
    {"COPYUID", get_copyuid},
    {"MODIFIED", get_modified},
    {"MAILBOXID", get_mailboxid},
    {"BADCHARSET", get_words},
    {"BADEVENT", get_words},
    {"METADATA", get_metadata},
    {"INPROGRESS", get_inprogress},
    {"NOUPDATE", get_noupdate},
};

/* resp-text-code, behind its "[" */
bool sat_imap_parse_code(struct sat_imap_parser *p, struct sat_imap_code *o) {
  getter get = get_bytes;
  bool ok;
  sat_reader_push(&p->r, "code", -1);
  if (!sat_imap_get_atom(p, &o->name) || !sat_imap_upper(p, &o->name))
    return false;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (sat_imap_is(o->name, codes[i].name)) get = codes[i].get;
  ok = get(p, o);
  while (ok && sat_imap_try_char(p, ' ')) {
  }
  ok = ok && sat_imap_get_char(p, ']');
  if (ok) sat_reader_pop(&p->r);
  return ok;
}
