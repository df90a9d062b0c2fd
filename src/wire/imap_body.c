/*
** BODY and BODYSTRUCTURE (RFC 9051 7.5.2): a tree of the parts of a message,
** as deep as the reader's max_depth allows.  Here servers go astray more than
** anywhere else.
*/
#include "wire/imap_parser.h"

/* SP; more than one is taken for one (QUIRKS 35) */
static bool try_space(struct sat_imap_parser *p) {
  bool any = false;
  while (sat_imap_try_char(p, ' ')) any = true;
  return any;
}

static bool get_space(struct sat_imap_parser *p) {
  return try_space(p) || sat_imap_get_space(p);
}

/*
** Fields
*/
/* [string SP string *(SP string SP string)] ")".  NIL is an empty value, and
** what has NIL for a name is dropped (QUIRKS 25). */
static bool get_pairs(struct sat_imap_parser *p, struct sat_imap_pair **end) {
  struct sat_bytes key, value;
  while (!sat_imap_try_char(p, ')')) {
    if (!sat_imap_get_nstring(p, &key) || !get_space(p) ||
        !sat_imap_get_nstring(p, &value))
      return false;
    if (key.p != NULL && (!sat_imap_lower(p, &key) ||
                          !sat_imap_add_pair(p, &end, key, value)))
      return false;
    if (sat_imap_peek(p) != ')' && !get_space(p)) return false;
  }
  return true;
}

/* body-fld-param: "(" string SP string *(SP string SP string) ")" / nil.
** An empty list is taken for NIL (QUIRKS 25). */
static bool get_params(struct sat_imap_parser *p,
                       struct sat_imap_pair **list_r) {
  if (sat_imap_try_word(p, "NIL")) return true;
  return sat_imap_get_char(p, '(') && get_pairs(p, list_r);
}

/* body-fld-dsp: "(" string SP body-fld-param ")" / nil.  It may be a string
** alone (QUIRKS 36). */
static bool get_disposition(struct sat_imap_parser *p,
                            struct sat_imap_body *o) {
  if (!sat_imap_try_char(p, '('))
    return sat_imap_get_nstring(p, &o->disposition) &&
           sat_imap_lower(p, &o->disposition);
  return sat_imap_get_string(p, &o->disposition) &&
         sat_imap_lower(p, &o->disposition) && get_space(p) &&
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

/* body-fld-loc: nstring; it may have no quotes (QUIRKS 37) */
static bool get_location(struct sat_imap_parser *p, struct sat_imap_body *o) {
  int c = sat_imap_peek(p);
  if (c == '"' || c == '{' || c == '(' || sat_imap_at_nil(p))
    return sat_imap_get_nstring(p, &o->location);
  return sat_imap_get_raw(p, &o->location);
}

/* body-fld-octets, body-fld-lines: number; what is negative or a fraction was
** not said (QUIRKS 38) */
static bool get_count(struct sat_imap_parser *p, struct sat_imap_number *o) {
  struct sat_bytes v;
  bool minus = sat_imap_peek(p) == '-';
  if (!minus && !sat_imap_get_said(p, o)) return false;
  if (!minus && sat_imap_peek(p) != '.' && sat_imap_peek(p) != 'e')
    return true;
  o->said = false;
  return sat_imap_get_item(p, &v);
}

/* [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]:
** where both forms of extension data are the same.  What future extensions
** add is read and dropped. */
static bool get_extension(struct sat_imap_parser *p, struct sat_imap_body *o) {
  struct sat_bytes v;
  if (!try_space(p)) return true;
  if (!get_disposition(p, o)) return false;
  if (!try_space(p)) return true;
  if (!get_languages(p, o)) return false;
  if (!try_space(p)) return true;
  if (!get_location(p, o)) return false;
  while (try_space(p))
    if (!sat_imap_get_raw(p, &v)) return false;
  return true;
}

/*
** Single parts
*/
/* body-fields */
static bool get_fields(struct sat_imap_parser *p, struct sat_imap_body *o) {
  return get_space(p) && get_params(p, &o->params) && get_space(p) &&
         sat_imap_get_nstring(p, &o->id) && get_space(p) &&
         sat_imap_get_nstring(p, &o->description) && get_space(p) &&
         sat_imap_get_nstring(p, &o->encoding) && get_space(p) &&
         get_count(p, &o->size);
}

/* the body in body-type-msg, which may be "()" (QUIRKS 39) */
static bool get_inner(struct sat_imap_parser *p, struct sat_imap_body *o) {
  if (p->r.end - p->r.p < 2 || p->r.p[0] != '(' || p->r.p[1] != ')')
    return sat_imap_parse_body(p, &o->message);
  p->r.p += 2;
  return true;
}

/* what stands between body-fields and extension data in body-type-msg; the
** number of lines may be missing (QUIRKS 40) */
static bool get_message(struct sat_imap_parser *p, struct sat_imap_body *o) {
  if (!get_space(p) || !sat_imap_parse_envelope(p, &o->envelope) ||
      !get_space(p) || !get_inner(p, o))
    return false;
  if (sat_imap_peek(p) == ')') return true;
  return get_space(p) && get_count(p, &o->lines);
}

static bool is_message(const struct sat_imap_body *o) {
  return sat_imap_is(o->type, "message") &&
         (sat_imap_is(o->subtype, "rfc822") ||
          sat_imap_is(o->subtype, "global"));
}

/* body-type-1part, behind its media type */
static bool get_part(struct sat_imap_parser *p, struct sat_imap_body *o) {
  if (!get_fields(p, o)) return false;
  if (is_message(o) && !get_message(p, o)) return false;
  if (sat_imap_is(o->type, "text") &&
      (!get_space(p) || !get_count(p, &o->lines)))
    return false;
  if (!try_space(p)) return true;
  return sat_imap_get_nstring(p, &o->md5) && get_extension(p, o);
}

/*
** Multiparts
*/
/* what follows the parts: media-subtype [SP body-ext-mpart] */
static bool get_multipart(struct sat_imap_parser *p, struct sat_imap_body *o,
                          struct sat_bytes subtype) {
  static const uint8_t multipart[] = "multipart";
  o->multipart = true;
  o->type.p = multipart;
  o->type.n = sizeof multipart - 1;
  o->subtype = subtype;
  if (!sat_imap_lower(p, &o->subtype)) return false;
  if (!try_space(p)) return true;
  return get_params(p, &o->params) && get_extension(p, o);
}

/* body-type-mpart: 1*body SP media-subtype [SP body-ext-mpart] */
static bool get_parts(struct sat_imap_parser *p, struct sat_imap_body *o) {
  struct sat_imap_body **end = &o->parts;
  struct sat_bytes subtype;
  int64_t i = 0;
  while (sat_imap_peek(p) == '(') {
    sat_reader_push(&p->r, "part", ++i);
    if (!sat_imap_parse_body(p, end)) return false;
    sat_reader_pop(&p->r);
    end = &(*end)->next;
    if (sat_imap_peek(p) == ' ' && p->r.end - p->r.p > 1 && p->r.p[1] == '(')
      try_space(p);
  }
  return get_space(p) && sat_imap_get_string(p, &subtype) &&
         get_multipart(p, o, subtype);
}

/* A body that does not begin with a part: media-type SP media-subtype of a
** single part.  One string alone, and NIL and a string, are what is left of a
** multipart without parts (QUIRKS 41); two NILs are of no known type
** (QUIRKS 42). */
static bool get_typed(struct sat_imap_parser *p, struct sat_imap_body *o) {
  static const struct sat_bytes type = {(const uint8_t *)"application", 11};
  static const struct sat_bytes subtype = {(const uint8_t *)"octet-stream",
                                           12};
  bool nil = sat_imap_at_nil(p);
  int c;
  if (!sat_imap_get_nstring(p, &o->type)) return false;
  c = p->r.end - p->r.p > 1 ? p->r.p[1] : -1;
  if (!nil && (sat_imap_peek(p) == ')' || c == '(' || c == 'N' || c == 'n'))
    return get_multipart(p, o, o->type);
  if (!get_space(p) || !sat_imap_get_nstring(p, &o->subtype)) return false;
  if (nil && o->subtype.p != NULL) return get_multipart(p, o, o->subtype);
  if (o->type.p == NULL) o->type = type;
  if (o->subtype.p == NULL) o->subtype = subtype;
  return sat_imap_lower(p, &o->type) && sat_imap_lower(p, &o->subtype) &&
         get_part(p, o);
}

/* body: "(" (body-type-1part / body-type-mpart) ")" */
bool sat_imap_parse_body(struct sat_imap_parser *p,
                         struct sat_imap_body **o_r) {
  struct sat_imap_body *o = SAT_IMAP_NEW(p, struct sat_imap_body);
  bool ok;
  if (o == NULL || !sat_reader_down(&p->r)) return false;
  *o_r = o;
  if (!sat_imap_get_char(p, '(')) return false;
  ok = sat_imap_peek(p) == '(' ? get_parts(p, o) : get_typed(p, o);
  sat_reader_up(&p->r);
  return ok && sat_imap_get_char(p, ')');
}
