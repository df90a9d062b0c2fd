-- The folders every mailbox is born with ([MS-OXOSFLD] 2.2.1): counter of the
-- id, role, name, container class, role of the parent.  Clients find them by
-- the ids of RopLogon and the entry ids on the Inbox, never by name.

local layout = {}

layout.private = {
  { 0x01, "root", "Root Container", nil, nil },
  { 0x02, "deferred_action", "Deferred Action", nil, "root" },
  { 0x03, "spooler_queue", "Spooler Queue", nil, "root" },
  { 0x09, "ipm_subtree", "Top of Information Store", nil, "root" },
  { 0x0a, "sent", "Sent Items", "IPF.Note", "ipm_subtree" },
  { 0x0b, "deleted", "Deleted Items", "IPF.Note", "ipm_subtree" },
  { 0x0c, "outbox", "Outbox", "IPF.Note", "ipm_subtree" },
  { 0x0d, "inbox", "Inbox", "IPF.Note", "ipm_subtree" },
  { 0x0e, "drafts", "Drafts", "IPF.Note", "ipm_subtree" },
  { 0x0f, "calendar", "Calendar", "IPF.Appointment", "ipm_subtree" },
  { 0x10, "journal", "Journal", "IPF.Journal", "ipm_subtree" },
  { 0x11, "notes", "Notes", "IPF.StickyNote", "ipm_subtree" },
  { 0x12, "tasks", "Tasks", "IPF.Task", "ipm_subtree" },
  { 0x13, "contacts", "Contacts", "IPF.Contact", "ipm_subtree" },
  { 0x14, "quick_contacts", "Quick Contacts", "IPF.Contact.MOC.QuickContacts", "contacts" },
  { 0x15, "im_contacts", "IM Contacts List", "IPF.Contact.MOC.ImContactList", "contacts" },
  { 0x16, "gal_contacts", "GAL Contacts", "IPF.Contact.GalContacts", "contacts" },
  { 0x17, "junk", "Junk Email", "IPF.Note", "ipm_subtree" },
  { 0x19, "sync_issues", "Sync Issues", "IPF.Note", "ipm_subtree" },
  { 0x1a, "conflicts", "Conflicts", "IPF.Note", "sync_issues" },
  { 0x1b, "local_failures", "Local Failures", "IPF.Note", "sync_issues" },
  { 0x1c, "server_failures", "Server Failures", "IPF.Note", "sync_issues" },
  { 0x1d, "conversation_actions", "Conversation Action Settings", "IPF.Configuration",
    "ipm_subtree" },
  { 0x1e, "archive", "Archive", "IPF.Note", "ipm_subtree" },
  { 0x07, "common_views", "Common Views", nil, "root" },
  { 0x08, "schedule", "Schedule", nil, "root" },
  { 0x05, "finder", "Finder", nil, "root" },
  { 0x06, "views", "Views", nil, "root" },
  { 0x04, "shortcuts", "Shortcuts", nil, "root" },
  { 0x18, "free_busy", "Freebusy Data", nil, "root" },
}

layout.public = {
  { 0x01, "root", "", nil, nil },
  { 0x02, "ipm_subtree", "IPM_SUBTREE", nil, "root" },
  { 0x03, "non_ipm_subtree", "NON_IPM_SUBTREE", nil, "root" },
  { 0x04, "eforms_registry", "EFORMS REGISTRY", nil, "non_ipm_subtree" },
}

---The order of the thirteen folder ids in RopLogon ([MS-OXCSTOR] 2.2.1.1.3, 2.2.1.1.4)
layout.logon = {
  private = { "root", "deferred_action", "spooler_queue", "ipm_subtree", "inbox", "outbox",
    "sent", "deleted", "common_views", "schedule", "finder", "views", "shortcuts" },
  public = { "root", "ipm_subtree", "non_ipm_subtree", "eforms_registry" },
}

---Below this counter are the folders nobody may move or delete.
layout.first_free = 0x100

return layout
