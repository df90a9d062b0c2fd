/*
** FETCH, as a server writes it.
*/
#include <stdio.h>

#include "wire/imap_date.h"
#include "wire/imap_printer.h"

static void put_date(struct sat_imap_items *items, const char *name,
                     int64_t seconds) {
  sat_imap_put_item(items, name);
  sat_buf_str(items->b, " \"");
  sat_imap_date_print(items->b, seconds);
  sat_buf_u8(items->b, '"');
}

static void put_id(struct sat_imap_items *items, const char *name,
                   struct sat_bytes id) {
  if (id.p == NULL) return;
  sat_imap_put_item(items, name);
  sat_buf_str(items->b, " (");
  sat_imap_put_astring(items->b, id);
  sat_buf_u8(items->b, ')');
}

static void put_sections(struct sat_imap_items *items,
                         const struct sat_imap_section *s) {
  for (; s != NULL; s = s->next) {
    sat_imap_put_item(items, "");
    sat_imap_put_bytes(items->b, s->key);
    if (s->origin.said) {
      sat_buf_u8(items->b, '<');
      sat_imap_put_number(items->b, s->origin.v);
      sat_buf_u8(items->b, '>');
    }
    sat_buf_u8(items->b, ' ');
    sat_imap_put_nstring(items->b, s->bytes);
  }
}

static void put_binary_sizes(struct sat_imap_items *items,
                             const struct sat_imap_binary_size *s) {
  for (; s != NULL; s = s->next) {
    sat_imap_put_item(items, "BINARY.SIZE[");
    sat_imap_put_bytes(items->b, s->key);
    sat_buf_str(items->b, "] ");
    sat_imap_put_number(items->b, s->size);
  }
}

static void put_modseq(struct sat_imap_items *items,
                       struct sat_imap_number v) {
  if (!v.said) return;
  sat_imap_put_item(items, "MODSEQ (");
  sat_imap_put_number(items->b, v.v);
  sat_buf_u8(items->b, ')');
}

static void put_extensions(struct sat_imap_items *items,
                           const struct sat_imap_fetch *f) {
  put_modseq(items, f->modseq);
  if (f->has_savedate) put_date(items, "SAVEDATE", f->savedate);
  put_id(items, "EMAILID", f->emailid);
  put_id(items, "THREADID", f->threadid);
  if (f->has_preview) {
    sat_imap_put_item(items, "PREVIEW ");
    sat_imap_put_nstring(items->b, f->preview);
  }
  sat_imap_put_said(items, "X-GM-MSGID", f->gm_msgid);
  sat_imap_put_said(items, "X-GM-THRID", f->gm_thrid);
  if (f->has_gm_labels) {
    sat_imap_put_item(items, "X-GM-LABELS ");
    sat_imap_put_words(items->b, f->gm_labels, sat_imap_put_flag);
  }
  sat_imap_put_extra(items, f->extra);
}

void sat_imap_put_fetch(struct sat_buf *b, const struct sat_imap_fetch *f) {
  struct sat_imap_items items = {b, false};
  sat_buf_u8(b, '(');
  if (f->number != 0) sat_imap_put_said(&items, "UID", f->uid);
  if (f->has_flags) {
    sat_imap_put_item(&items, "FLAGS ");
    sat_imap_put_words(b, f->flags, sat_imap_put_flag);
  }
  if (f->has_date) put_date(&items, "INTERNALDATE", f->date);
  sat_imap_put_said(&items, "RFC822.SIZE", f->size);
  if (f->envelope != NULL) {
    sat_imap_put_item(&items, "ENVELOPE ");
    sat_imap_put_envelope(b, f->envelope);
  }
  if (f->body != NULL) {
    sat_imap_put_item(&items, "BODYSTRUCTURE ");
    sat_imap_put_body(b, f->body);
  }
  put_sections(&items, f->sections);
  put_binary_sizes(&items, f->binary_sizes);
  put_extensions(&items, f);
  sat_buf_u8(b, ')');
}
