-- Bulk transfer and synchronization ([MS-OXCFXICS]): not spoken by the
-- sandbox.  What has no effect without them is accepted.

local code = require "satchel.sandbox.code"
local rops = require "satchel.sandbox.rops"

for _, name in ipairs { "fast_transfer_destination_configure",
  "fast_transfer_source_copy_folder", "fast_transfer_source_copy_messages",
  "fast_transfer_source_copy_to", "fast_transfer_source_copy_properties",
  "synchronization_configure", "synchronization_open_collector" } do
  rops.on(name, "folder message attachment", function() return nil, code.NotSupported end)
end

-- these work on what the others would have made
for _, name in ipairs { "fast_transfer_source_get_buffer", "synchronization_import_message_change",
  "synchronization_import_read_state_changes", "synchronization_import_hierarchy_change",
  "synchronization_import_deletes", "synchronization_import_message_move",
  "synchronization_get_transfer_state", "synchronization_upload_state_stream_begin",
  "synchronization_upload_state_stream_continue", "synchronization_upload_state_stream_end",
  "fast_transfer_destination_put_buffer", "fast_transfer_destination_put_buffer_extended" } do
  rops.on(name, "transfer", function() return nil, code.NotSupported end)
end

rops.on("tell_version", "any", function() return {} end)
rops.on("set_local_replica_midset_deleted", "folder", function() return {} end)
