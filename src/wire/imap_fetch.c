/*
** FETCH (RFC 9051 7.5.2 and the extensions named below).
*/
#include <string.h>
#include <strings.h>

#include "wire/imap_parser.h"

typedef bool (*getter)(struct sat_imap_parser *p, struct sat_imap_fetch *o);

static bool get_flags(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  o->has_flags = true;
  return sat_imap_get_space(p) &&
         sat_imap_get_words(p, sat_imap_get_flag, &o->flags);
}

static bool get_uid(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  uint32_t v = 0;
  o->uid.said = sat_imap_get_space(p) && sat_imap_get_nz_number(p, &v);
  o->uid.v = v;
  return o->uid.said;
}

static bool get_size(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  return sat_imap_get_space(p) && sat_imap_get_said(p, &o->size);
}

static bool get_date(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  o->has_date = true;
  return sat_imap_get_space(p) && sat_imap_parse_date(p, &o->date);
}

static bool get_envelope(struct sat_imap_parser *p,
                         struct sat_imap_fetch *o) {
  return sat_imap_get_space(p) && sat_imap_parse_envelope(p, &o->envelope);
}

static bool get_body(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  bool ok;
  if (sat_imap_peek(p) == '[') return sat_imap_parse_section(p, o, "BODY");
  sat_reader_push(&p->r, "bodystructure", -1);
  ok = sat_imap_get_space(p) && sat_imap_parse_body(p, &o->body);
  if (ok) sat_reader_pop(&p->r);
  return ok;
}

static bool get_binary(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  return sat_imap_parse_section(p, o, "BINARY");
}

static bool get_message(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  return sat_imap_parse_rfc822(p, o, "RFC822");
}

static bool get_header(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  return sat_imap_parse_rfc822(p, o, "RFC822.HEADER");
}

static bool get_text(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  return sat_imap_parse_rfc822(p, o, "RFC822.TEXT");
}

/* RFC 7162 3.1.4: "MODSEQ" SP "(" mod-sequence-value ")" */
static bool get_modseq(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  return sat_imap_get_space(p) && sat_imap_get_char(p, '(') &&
         sat_imap_get_said(p, &o->modseq) && sat_imap_get_char(p, ')');
}

/* RFC 8474 5: "(" objectid ")" / nil; QUIRKS 62: "(NIL)" */
static bool get_id(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  struct sat_bytes id;
  if (!sat_imap_get_space(p)) return false;
  if (sat_imap_try_word(p, "NIL")) return true;
  if (!sat_imap_get_char(p, '(') || !sat_imap_get_astring(p, &id) ||
      !sat_imap_get_char(p, ')'))
    return false;
  if (!sat_imap_is(id, "NIL")) *v_r = id;
  return true;
}

static bool get_emailid(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  return get_id(p, &o->emailid);
}

static bool get_threadid(struct sat_imap_parser *p,
                         struct sat_imap_fetch *o) {
  return get_id(p, &o->threadid);
}

/* RFC 8970 3.2: "PREVIEW" SP nstring */
static bool get_preview(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  o->has_preview = true;
  return sat_imap_get_space(p) && sat_imap_get_nstring(p, &o->preview);
}

/* RFC 8514 4.3: "SAVEDATE" SP (date-time / nil) */
static bool get_savedate(struct sat_imap_parser *p,
                         struct sat_imap_fetch *o) {
  if (!sat_imap_get_space(p)) return false;
  if (sat_imap_try_word(p, "NIL")) return true;
  o->has_savedate = true;
  return sat_imap_parse_date(p, &o->savedate);
}

static bool get_gm_msgid(struct sat_imap_parser *p,
                         struct sat_imap_fetch *o) {
  return sat_imap_get_space(p) && sat_imap_get_said(p, &o->gm_msgid);
}

static bool get_gm_thrid(struct sat_imap_parser *p,
                         struct sat_imap_fetch *o) {
  return sat_imap_get_space(p) && sat_imap_get_said(p, &o->gm_thrid);
}

/* a label: a flag, or a name as of a mailbox */
static bool get_label(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  struct sat_bytes raw;
  if (sat_imap_peek(p) == '\\') return sat_imap_get_flag(p, v_r);
  return sat_imap_get_astring(p, &raw) && sat_imap_decode_name(p, raw, v_r);
}

/* X-GM-EXT-1: "(" [label *(SP label)] ")" */
static bool get_gm_labels(struct sat_imap_parser *p,
                          struct sat_imap_fetch *o) {
  o->has_gm_labels = true;
  return sat_imap_get_space(p) &&
         sat_imap_get_words(p, get_label, &o->gm_labels);
}

static const struct item {
  const char *name;
  getter get;
} items[] = {
    {"FLAGS", get_flags},
    {"UID", get_uid},
    {"RFC822.SIZE", get_size},
    {"INTERNALDATE", get_date},
    {"ENVELOPE", get_envelope},
    {"BODYSTRUCTURE", get_body},
    {"BODY", get_body},
    {"MODSEQ", get_modseq},
    {"BINARY", get_binary},
    {"BINARY.SIZE", sat_imap_parse_binary_size},
    {"EMAILID", get_emailid},
    {"THREADID", get_threadid},
    {"PREVIEW", get_preview},
    {"SAVEDATE", get_savedate},
    {"X-GM-MSGID", get_gm_msgid},
    {"X-GM-THRID", get_gm_thrid},
    {"X-GM-LABELS", get_gm_labels},
    {"RFC822", get_message},
    {"RFC822.HEADER", get_header},
    {"RFC822.TEXT", get_text},
};

/* msg-att-dynamic / msg-att-static; an item of an extension that is not in
** the table keeps its bytes */
static bool get_item(struct sat_imap_parser *p, struct sat_imap_fetch *o) {
  struct sat_bytes name;
  if (!sat_imap_get_item(p, &name)) return false;
  for (size_t i = 0; i < sizeof items / sizeof *items; i++)
    if (sat_imap_is(name, items[i].name)) return items[i].get(p, o);
  return sat_imap_get_extra(p, name, &o->extra);
}

/* SP of a list, or ")"; there may be a space before that (QUIRKS 56) */
static bool more_items(struct sat_imap_parser *p, bool *first, bool *ok_r) {
  return sat_imap_more(p, first, ok_r) && !sat_imap_try_char(p, ')');
}

/* msg-att: "(" item *(SP item) ")" */
bool sat_imap_parse_fetch(struct sat_imap_parser *p,
                          struct sat_imap_fetch *o) {
  bool first = true, ok;
  if (!sat_imap_get_char(p, '(')) return false;
  while (more_items(p, &first, &ok))
    if (!get_item(p, o)) return false;
  return ok;
}

/*
** Broken responses
*/
/* What an item has added to the lists before it failed is taken back. */
static void take_back(struct sat_imap_fetch *o,
                      const struct sat_imap_fetch *before) {
  *o = *before;
  if (o->last_section != NULL) o->last_section->next = NULL;
  if (o->last_binary_size != NULL) o->last_binary_size->next = NULL;
}

/* an item with any value */
static bool skip_item(struct sat_imap_parser *p) {
  struct sat_bytes v;
  return sat_imap_get_item(p, &v) && sat_imap_get_space(p) &&
         sat_imap_get_raw(p, &v);
}

/* An item that ends where another can begin; false: it was taken back. */
static bool salvage_item(struct sat_imap_parser *p,
                         struct sat_imap_fetch *o) {
  struct sat_imap_fetch before = *o;
  if (get_item(p, o)) {
    int c = sat_imap_peek(p);
    if (c == ' ' || c == ')') return true;
  }
  take_back(o, &before);
  return false;
}

void sat_imap_salvage_fetch(struct sat_imap_parser *p,
                            struct sat_imap_fetch *o) {
  unsigned depth = p->r.depth, path = p->r.path_n;
  bool first = true, ok;
  if (!sat_imap_try_char(p, '(')) return;
  while (more_items(p, &first, &ok)) {
    const uint8_t *at = p->r.p;
    if (salvage_item(p, o)) continue;
    sat_error_clear(p->r.err);
    p->r.p = at;
    p->r.depth = depth;
    p->r.path_n = path;
    if (!skip_item(p)) return;
  }
}
