ALTER TABLE `chats` ADD `bytes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `chats` ADD `counted_version` integer DEFAULT -1 NOT NULL;--> statement-breakpoint
CREATE INDEX `chats_storage` ON `chats` (`owner_id`,`bytes`);--> statement-breakpoint
CREATE INDEX `chats_uncounted` ON `chats` (`owner_id`) WHERE counted_version <> version;