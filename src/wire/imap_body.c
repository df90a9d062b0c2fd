/*
** BODY and BODYSTRUCTURE (RFC 9051 7.5.2): a tree of the parts of a message,
** as deep as the reader's max_depth allows.
*/
#include "wire/imap_parser.h"

/* body-fld-param: "(" string SP string *(SP string SP string) ")" / nil.
** An empty list is taken for NIL, and NIL for an empty value (QUIRKS 25). */
static bool get_params(struct sat_imap_parser *p,
                       struct sat_imap_pair **list_r) {
  if (sat_imap_try_word(p, "NIL")) return true;
  if (!sat_imap_get_pairs(p, sat_imap_get_string, sat_imap_get_nstring,
                          list_r))
    return false;
  for (struct sat_imap_pair *pair = *list_r; pair; pair = pair->next)
    if (!sat_imap_lower(p, &pair->key)) return false;
  return true;
}

/* body-fld-dsp: "(" string SP body-fld-param ")" / nil */
static bool get_disposition(struct sat_imap_parser *p,
                            struct sat_imap_body *o) {
  if (sat_imap_try_word(p, "NIL")) return true;
  return sat_imap_get_char(p, '(') &&
         sat_imap_get_string(p, &o->disposition) &&
         sat_imap_lower(p, &o->disposition) && sat_imap_get_space(p) &&
         get_params(p, &o->disposition_params) && sat_imap_get_char(p, ')');
}

/* body-fld-lang: nstring / "(" string *(SP string) ")" */
static bool get_languages(struct sat_imap_parser *p, struct sat_imap_body *o) {
  struct sat_imap_word **end = &o->languages;
  struct sat_bytes v;
  if (sat_imap_peek(p) == '(')
    return sat_imap_get_words(p, sat_imap_get_string, &o->languages);
  return sat_imap_get_nstring(p, &v) &&
         (v.p == NULL || sat_imap_add_word(p, &end, v));
}

/* [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]:
** where both forms of extension data are the same.  What future extensions
** add is read and dropped. */
static bool get_extension(struct sat_imap_parser *p, struct sat_imap_body *o) {
  struct sat_bytes v;
  if (!sat_imap_try_char(p, ' ')) return true;
  if (!get_disposition(p, o)) return false;
  if (!sat_imap_try_char(p, ' ')) return true;
  if (!get_languages(p, o)) return false;
  if (!sat_imap_try_char(p, ' ')) return true;
  if (!sat_imap_get_nstring(p, &o->location)) return false;
  while (sat_imap_try_char(p, ' '))
    if (!sat_imap_get_raw(p, &v)) return false;
  return true;
}

/* body-fields */
static bool get_fields(struct sat_imap_parser *p, struct sat_imap_body *o) {
  return sat_imap_get_space(p) && get_params(p, &o->params) &&
         sat_imap_get_space(p) && sat_imap_get_nstring(p, &o->id) &&
         sat_imap_get_space(p) && sat_imap_get_nstring(p, &o->description) &&
         sat_imap_get_space(p) && sat_imap_get_nstring(p, &o->encoding) &&
         sat_imap_get_space(p) && sat_imap_get_said(p, &o->size);
}

/* what stands between body-fields and extension data in body-type-msg */
static bool get_message(struct sat_imap_parser *p, struct sat_imap_body *o) {
  return sat_imap_get_space(p) && sat_imap_parse_envelope(p, &o->envelope) &&
         sat_imap_get_space(p) && sat_imap_parse_body(p, &o->message) &&
         sat_imap_get_space(p) && sat_imap_get_said(p, &o->lines);
}

static bool is_message(const struct sat_imap_body *o) {
  return sat_imap_is(o->type, "message") &&
         (sat_imap_is(o->subtype, "rfc822") ||
          sat_imap_is(o->subtype, "global"));
}

/* body-type-1part */
static bool get_part(struct sat_imap_parser *p, struct sat_imap_body *o) {
  if (!sat_imap_get_string(p, &o->type) || !sat_imap_lower(p, &o->type) ||
      !sat_imap_get_space(p) || !sat_imap_get_string(p, &o->subtype) ||
      !sat_imap_lower(p, &o->subtype) || !get_fields(p, o))
    return false;
  if (is_message(o) && !get_message(p, o)) return false;
  if (sat_imap_is(o->type, "text") &&
      (!sat_imap_get_space(p) || !sat_imap_get_said(p, &o->lines)))
    return false;
  if (!sat_imap_try_char(p, ' ')) return true;
  return sat_imap_get_nstring(p, &o->md5) && get_extension(p, o);
}

/* body-type-mpart: 1*body SP media-subtype [SP body-ext-mpart] */
static bool get_multipart(struct sat_imap_parser *p, struct sat_imap_body *o) {
  static const uint8_t multipart[] = "multipart";
  struct sat_imap_body **end = &o->parts;
  int64_t i = 0;
  o->multipart = true;
  o->type.p = multipart;
  o->type.n = sizeof multipart - 1;
  while (sat_imap_peek(p) == '(') {
    sat_reader_push(&p->r, "part", ++i);
    if (!sat_imap_parse_body(p, end)) return false;
    sat_reader_pop(&p->r);
    end = &(*end)->next;
  }
  if (!sat_imap_get_space(p) || !sat_imap_get_string(p, &o->subtype) ||
      !sat_imap_lower(p, &o->subtype))
    return false;
  if (!sat_imap_try_char(p, ' ')) return true;
  return get_params(p, &o->params) && get_extension(p, o);
}

/* body: "(" (body-type-1part / body-type-mpart) ")" */
bool sat_imap_parse_body(struct sat_imap_parser *p,
                         struct sat_imap_body **o_r) {
  struct sat_imap_body *o = SAT_IMAP_NEW(p, struct sat_imap_body);
  bool ok;
  if (o == NULL || !sat_reader_down(&p->r)) return false;
  *o_r = o;
  if (!sat_imap_get_char(p, '(')) return false;
  ok = sat_imap_peek(p) == '(' ? get_multipart(p, o) : get_part(p, o);
  sat_reader_up(&p->r);
  return ok && sat_imap_get_char(p, ')');
}
