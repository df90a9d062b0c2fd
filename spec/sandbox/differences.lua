-- Where the sandbox and the recorded server still differ: Lua patterns of
-- paths (file.exchange.field…), and why.

return {
  { number = 1, why = "the clock",
    "%.gwart_time$", "%.logon_time%.%a+$" },
  { number = 2, why = "GUIDs and ids are made afresh",
    "%.mailbox_guid$", "%.repl_guid$", "%.message_id$" },
  { number = 3, why = "the sandbox gives every mailbox the folder Archive",
    "checks%.7%.rops%.%d%.row_count$", "checks%.7%.rops%.4%.row_data%.20" },
  { number = 4, why = "the recorded mailbox held messages",
    "%.36020003$", "%.table_row_data$" },
}
