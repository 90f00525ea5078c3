-- min_reader: 0009
-- Lists and look-ups that cost the same however many executions are suspended (chapter 07, section 23, row 9).

DROP INDEX mod_scaicore_checkpoints_expiry;
DROP INDEX mod_scaicore_checkpoints_inbox;
DROP INDEX mod_scaicore_checkpoints_core;
DROP INDEX mod_scaicore_checkpoints_assignee;
DROP INDEX mod_scaicore_checkpoints_reminders;
CREATE INDEX mod_scaicore_checkpoints_reminders ON mod_scaicore_checkpoints (status, reminder_interval_m)
  WHERE reminder_interval_m > 0;
CREATE INDEX mod_scaicore_checkpoints_inbox
  ON mod_scaicore_checkpoints (tenant_id, status, priority_rank, created_at, id);
CREATE INDEX mod_scaicore_checkpoints_core
  ON mod_scaicore_checkpoints (core_id, status, priority_rank, created_at, id);
CREATE INDEX mod_scaicore_checkpoints_assignee
  ON mod_scaicore_checkpoints (assignee_raw, status, priority_rank, created_at, id) WHERE assignee_raw IS NOT NULL;
CREATE INDEX mod_scaicore_executions_live ON mod_scaicore_executions (core_id, status)
  WHERE status IN ('queued', 'running', 'suspended');
CREATE INDEX mod_scaiqueue_messages_review ON mod_scaiqueue_messages (correlation_id)
  WHERE correlation_id IS NOT NULL;
