/*
** ENVELOPE and BODYSTRUCTURE, as a server writes them.
*/
#include "wire/imap_printer.h"
#include "wire/imap_quote.h"

static void put_addresses(struct sat_buf *b,
                          const struct sat_imap_address *a) {
  if (a == NULL) {
    sat_buf_str(b, "NIL");
    return;
  }
  sat_buf_u8(b, '(');
  for (; a != NULL; a = a->next) {
    sat_buf_u8(b, '(');
    sat_imap_put_nstring(b, a->name);
    sat_buf_u8(b, ' ');
    sat_imap_put_nstring(b, a->adl);
    sat_buf_u8(b, ' ');
    sat_imap_put_nstring(b, a->mailbox);
    sat_buf_u8(b, ' ');
    sat_imap_put_nstring(b, a->host);
    sat_buf_u8(b, ')');
  }
  sat_buf_u8(b, ')');
}

void sat_imap_put_envelope(struct sat_buf *b,
                           const struct sat_imap_envelope *e) {
  sat_buf_u8(b, '(');
  sat_imap_put_nstring(b, e->date);
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, e->subject);
  for (int i = 0; i < SAT_IMAP_ENV_N; i++) {
    sat_buf_u8(b, ' ');
    put_addresses(b, e->lists[i]);
  }
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, e->in_reply_to);
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, e->message_id);
  sat_buf_u8(b, ')');
}

/*
** BODYSTRUCTURE.  Extension data is written in full.
*/
static void put_params(struct sat_buf *b, const struct sat_imap_pair *pair) {
  if (pair == NULL) sat_buf_str(b, "NIL");
  else
    sat_imap_put_pairs(b, pair, sat_imap_put_string, sat_imap_put_nstring);
}

static void put_extension(struct sat_buf *b, const struct sat_imap_body *o) {
  sat_buf_u8(b, ' ');
  if (o->disposition.p == NULL) {
    sat_buf_str(b, "NIL");
  } else {
    sat_buf_u8(b, '(');
    sat_imap_put_string(b, o->disposition);
    sat_buf_u8(b, ' ');
    put_params(b, o->disposition_params);
    sat_buf_u8(b, ')');
  }
  sat_buf_u8(b, ' ');
  if (o->languages == NULL) sat_buf_str(b, "NIL");
  else sat_imap_put_words(b, o->languages, sat_imap_put_string);
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, o->location);
}

static void put_count(struct sat_buf *b, struct sat_imap_number v) {
  if (v.said) sat_imap_put_number(b, v.v);
  else sat_buf_str(b, "-1");
}

static void put_message(struct sat_buf *b, const struct sat_imap_body *o) {
  sat_buf_u8(b, ' ');
  sat_imap_put_envelope(b, o->envelope);
  sat_buf_u8(b, ' ');
  if (o->message != NULL) sat_imap_put_body(b, o->message);
  else sat_buf_str(b, "()");
  sat_buf_u8(b, ' ');
  put_count(b, o->lines);
}

static bool is_text(const struct sat_imap_body *o) {
  return o->type.n == 4 && o->type.p[0] == 't' && o->type.p[1] == 'e' &&
         o->type.p[2] == 'x' && o->type.p[3] == 't';
}

static void put_part(struct sat_buf *b, const struct sat_imap_body *o) {
  sat_imap_put_string(b, o->type);
  sat_buf_u8(b, ' ');
  sat_imap_put_string(b, o->subtype);
  sat_buf_u8(b, ' ');
  put_params(b, o->params);
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, o->id);
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, o->description);
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, o->encoding);
  sat_buf_u8(b, ' ');
  put_count(b, o->size);
  if (o->envelope != NULL) put_message(b, o);
  if (is_text(o)) {
    sat_buf_u8(b, ' ');
    put_count(b, o->lines);
  }
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, o->md5);
}

static void put_multipart(struct sat_buf *b, const struct sat_imap_body *o) {
  for (const struct sat_imap_body *part = o->parts; part; part = part->next)
    sat_imap_put_body(b, part);
  if (o->parts == NULL) sat_buf_str(b, "NIL");
  sat_buf_u8(b, ' ');
  sat_imap_put_string(b, o->subtype);
  sat_buf_u8(b, ' ');
  put_params(b, o->params);
}

void sat_imap_put_body(struct sat_buf *b, const struct sat_imap_body *o) {
  sat_buf_u8(b, '(');
  if (o->multipart) put_multipart(b, o);
  else put_part(b, o);
  put_extension(b, o);
  sat_buf_u8(b, ')');
}
