/* Entry ids as one line of text, for traces and failing specs. */
#include <inttypes.h>
#include <stdio.h>

#include "wire/entryid.h"

static void print_number(struct sat_buf *b, const char *name, uint64_t v) {
  char text[64];
  snprintf(text, sizeof text, " %s=%" PRIu64, name, v);
  sat_buf_str(b, text);
}

static void print_guid(struct sat_buf *b, const char *name,
                       const struct sat_guid *g) {
  char text[SAT_GUID_TEXT];
  sat_guid_format(g, text);
  sat_buf_str(b, name);
  sat_buf_str(b, text);
}

static void print_global(struct sat_buf *b, const char *name,
                         const struct sat_global_id *id) {
  char text[16];
  print_guid(b, name, &id->database);
  snprintf(text, sizeof text, ":%02x%02x%02x%02x%02x%02x", id->counter[0],
           id->counter[1], id->counter[2], id->counter[3], id->counter[4],
           id->counter[5]);
  sat_buf_str(b, text);
}

static void print_text(struct sat_buf *b, const char *name,
                       struct sat_bytes text, bool utf16) {
  sat_buf_str(b, name);
  sat_text_print(b, text, utf16);
}

static void print_one_off(struct sat_buf *b, const struct sat_entry_id *e) {
  bool utf16 = e->bits & SAT_ONE_OFF_UNICODE;
  print_text(b, " name=", e->display_name, utf16);
  print_text(b, " type=", e->address_type, utf16);
  print_text(b, " address=", e->email_address, utf16);
}

void sat_entry_id_print(struct sat_buf *b, const struct sat_entry_id *e) {
  sat_buf_str(b, "{");
  sat_buf_str(b, sat_entry_id_kind_name(e->kind));
  if (sat_entry_id_provider(e->kind) == NULL)
    print_guid(b, " provider=", &e->provider);
  if (e->kind != SAT_EID_OTHER && e->kind != SAT_EID_ONE_OFF)
    print_number(b, "type", e->type);
  switch (e->kind) {
    case SAT_EID_FOLDER: print_global(b, " folder=", &e->folder); break;
    case SAT_EID_MESSAGE:
      print_global(b, " folder=", &e->folder);
      print_global(b, " message=", &e->message);
      break;
    case SAT_EID_STORE:
      print_text(b, " server=", e->server, false);
      print_text(b, " mailbox=", e->mailbox_dn, false);
      break;
    case SAT_EID_ONE_OFF: print_one_off(b, e); break;
    case SAT_EID_ADDRESS_BOOK:
      print_text(b, " dn=", e->x500dn, false);
      break;
    case SAT_EID_CONTACT:
    case SAT_EID_EPHEMERAL: print_number(b, "index", e->index); break;
    default: break;
  }
  if (e->data.n > 0) {
    sat_buf_str(b, " data=");
    sat_bytes_print(b, e->data);
  }
  sat_buf_str(b, "}");
}
