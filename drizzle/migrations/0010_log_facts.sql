ALTER TABLE `runs` ADD `log_facts` text;--> statement-breakpoint
-- Imported runs whose log is gone: fields that it did not contain hold defaults. Our own logs, which have a run id, contain all.
UPDATE `runs` SET `log_facts` = (
  SELECT json_object('unknown', json_group_array(f.value), 'unusable', json('{}'), 'other', json('{}'), 'notes', json('[]'))
  FROM `events` e, json_each('["dataset","train_limit","backbone","image_size","n_unfreeze","epochs_stage1","epochs_stage2","batch_size","augment","rotation","zoom","width_shift","height_shift","use_mixup","mixup_alpha","use_cutout","engine","optimizer","lr_stage1","lr_stage2","weight_decay","label_smoothing","dropout","seed"]') f
  WHERE e.run_id = `runs`.`id` AND e.event ->> '$.type' = 'imported' AND e.event ->> '$.config.run_id' IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM json_each(e.event, '$.config') c
      WHERE c.value IS NOT NULL AND (c.key = f.value OR c.key || '=' || f.value IN ('img_size=image_size', 'base_model=backbone'))
    )
) WHERE `status` = 'imported';--> statement-breakpoint
-- Logs that are still there are read again: learning rates follow from their curves, and more of them can be imported.
UPDATE `imports` SET `modified_at` = -1 WHERE `problem` IS NULL OR `problem` NOT LIKE 'holds the same as a log whose run was deleted%';
