ALTER TABLE `runs` ADD `start_key` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `attempt` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `fruitless` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `runs_start_key_unique` ON `runs` (`start_key`);