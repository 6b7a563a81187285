CREATE TABLE `imports` (
	`file` text PRIMARY KEY NOT NULL,
	`bytes` integer NOT NULL,
	`modified_at` real NOT NULL,
	`run_id` text,
	`sha256` text,
	`problem` text
);
--> statement-breakpoint
ALTER TABLE `runs` ADD `name` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `is_example` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `n_unfreeze` integer GENERATED ALWAYS AS (config ->> '$.n_unfreeze') VIRTUAL;--> statement-breakpoint
ALTER TABLE `runs` ADD `optimizer` text GENERATED ALWAYS AS (config ->> '$.optimizer') VIRTUAL;--> statement-breakpoint
ALTER TABLE `runs` ADD `dataset` text GENERATED ALWAYS AS (config ->> '$.dataset') VIRTUAL;--> statement-breakpoint
ALTER TABLE `runs` ADD `augmentation` text GENERATED ALWAYS AS (trim(iif(config ->> '$.augment', 'aug ', '') || iif(config ->> '$.use_mixup', 'mixup ', '') || iif(config ->> '$.use_cutout', 'cutout', ''))) VIRTUAL;--> statement-breakpoint
ALTER TABLE `runs` ADD `test_accuracy` real GENERATED ALWAYS AS (metrics ->> '$.test_end2end') VIRTUAL;--> statement-breakpoint
ALTER TABLE `runs` ADD `test_hash` text GENERATED ALWAYS AS (test ->> '$.hash') VIRTUAL;--> statement-breakpoint
ALTER TABLE `runs` ADD `seconds` real GENERATED ALWAYS AS (timing ->> '$.total') VIRTUAL;--> statement-breakpoint
CREATE INDEX `runs_created` ON `runs` (`created_at`,`number`);--> statement-breakpoint
CREATE INDEX `runs_best` ON `runs` (`test_hash`,`val_accuracy`);--> statement-breakpoint
UPDATE `runs` SET `name` = coalesce(nullif(config ->> '$.name', ''), iif(config ->> '$.n_unfreeze' = 0, 'frozen', 'n' || (config ->> '$.n_unfreeze')));
